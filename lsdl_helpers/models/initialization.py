"""Random initialization of the weights of a network."""

from torch import nn


def initialize(model: nn.Module, *, linear_std: float | None = None) -> None:
    """Draw the weights of convolutions by He's (Kaiming's) rule, which keeps the scale of signals.

    N(0, 2 / fan_out), after He et al. (2015); biases are 0. Normalizations keep torch's start.

    Args:
        model: changed in place.
        linear_std: draw the weights of fully connected layers from N(0, linear_std²), with
            biases 0, too; by default these layers keep torch's start.

    >>> layer = nn.Conv2d(8, 8, 3)
    >>> initialize(layer)
    >>> layer.bias.abs().max().item()
    0.0
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Linear) and linear_std is not None:
            nn.init.normal_(module.weight, 0, linear_std)
        else:
            continue
        if module.bias is not None:
            nn.init.zeros_(module.bias)
