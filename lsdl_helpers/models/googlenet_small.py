"""GoogLeNet for small pictures: the nine modules of Table 1, a sixteenth as wide.

Small enough to train in seconds, and nearly as deep as the paper's: the stem has one convolution
for three, which leaves 20 layers with weights in depth, and halves the picture where that of the
paper takes an eighth.
"""

import math

from torch import nn

from lsdl_helpers.models.googlenet import (
    TABLE_1,
    AuxiliaryHead,
    BasicConv2d,
    GoogLeNet,
    Inception,
)  # fmt: skip
from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import require_counts

NARROWER = 16
MULTIPLE = 8  # of which every width is one: others are up to three times slower on processors
STARTS = ("he", "xavier", "torch")


def narrow(width: int) -> int:
    """Return a width of the paper divided by 16, up to the next multiple of 8.

    >>> [narrow(width) for width in (64, 192, 384)]
    [8, 16, 24]
    """
    return MULTIPLE * math.ceil(width / (NARROWER * MULTIPLE))


def make_layers(in_channels: int, batch_norm: bool) -> tuple[dict[str, nn.Module], dict[str, int]]:
    """Return the layers by name, in the order of the forward pass, and the channels of each."""

    channels = narrow(192)
    layers: dict[str, nn.Module] = {
        "conv1": BasicConv2d(in_channels, channels, 3, padding=1, batch_norm=batch_norm),
        "maxpool1": nn.MaxPool2d(2),  # (B, 16, H/2, W/2)
    }
    widths = {}
    for name, paper_row in TABLE_1.items():
        row = tuple(map(narrow, paper_row))
        layers[f"inception{name}"] = Inception(channels, row, paper=True, batch_norm=batch_norm)
        channels = widths[f"inception{name}"] = row[0] + row[2] + row[4] + row[5]
        if name in ("3b", "4e"):
            layers[f"maxpool{name[0]}"] = nn.MaxPool2d(2)  # (B, C, H/4, W/4), then H/8, W/8
    return layers, widths


def googlenet_small(
    *,
    num_classes: int = 10,
    in_channels: int = 1,
    aux_logits: bool = False,
    batch_norm: bool = True,
    start: str = "he",
) -> GoogLeNet:
    """GoogLeNet a sixteenth as wide, for pictures of 16x16: 20 layers, 51 thousand parameters.

    With one seed the trunk gets the same weights with the heads as without. It has no dropout,
    so that both trainings differ by the heads alone.

    Args:
        num_classes: length of the output.
        in_channels: of the pictures.
        aux_logits: with the two auxiliary heads, on 4a and 4d, which answer in training only.
        batch_norm: after every convolution, in the place of its bias.
        start: the variance of the weights of convolutions at first, "he" (2 / fan_out),
            "xavier" (2 / (fan_in + fan_out)) or "torch" (that of its layers, 1 / (3 fan_in)).
            Biases are 0 but for "torch"; fully connected layers start as torch's.

    Raises:
        ValueError: for a count below 1, or another start.

    Source: Szegedy et al. (2015), Table 1, its widths by :func:`narrow`.

    >>> googlenet_small()(torch.zeros(2, 1, 16, 16)).shape
    torch.Size([2, 10])
    """
    require_counts(num_classes=num_classes, in_channels=in_channels)
    if start not in STARTS:
        raise ValueError(f"start is {start!r}; it must be one of {', '.join(STARTS)}")
    layers, widths = make_layers(in_channels, batch_norm)
    heads = {
        name: AuxiliaryHead(
            widths[at], num_classes, paper=False, batch_norm=batch_norm,
            widths=(narrow(128), narrow(1024)),
        )
        for name, at in (("aux1", "inception4a"), ("aux2", "inception4d"))
    }  # fmt: skip
    network = GoogLeNet(layers, heads, num_classes, dropout=0.0, features=widths["inception5b"])
    _draw_weights(network, start)
    if not aux_logits:
        del network.aux1, network.aux2
        network.aux_logits = False
    return network


def _draw_weights(network: nn.Module, start: str) -> None:
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.reset_parameters()
    if start != "torch":
        initialize(network)  # He's
    if start == "xavier":
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.xavier_normal_(module.weight)
