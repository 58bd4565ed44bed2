"""Networks that score small windows, from a thousand multiply-adds to millions."""

import torch
from torch import Tensor, nn

from lsdl_helpers.data.windows import SIDE


class EverySecondPixel(nn.Module):
    """Keep a quarter of the pixels: (B, 1, 20, 20) -> (B, 100). It costs no multiply-adds."""

    def forward(self, x: Tensor) -> Tensor:
        return x[:, 0, 1::2, 1::2].flatten(1)


def _score(inputs: int, hidden: int) -> list[nn.Module]:
    """Return one hidden layer and a score: (B, inputs) -> (B,)."""
    return [nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1), nn.Flatten(0)]


def subsampled_network(hidden: int = 16) -> nn.Module:
    """Return a network of low capacity: it reads every second pixel, has one hidden layer.

    Args:
        hidden: units of the hidden layer; 101 multiply-adds each.

    Returns:
        A module from (B, 1, 20, 20) to scores (B,).

    >>> from lsdl_helpers.measure import cost
    >>> cost(subsampled_network(), (1, 1, 20, 20)).multiply_adds
    1616
    """
    return nn.Sequential(EverySecondPixel(), *_score((SIDE // 2) ** 2, hidden))


def dense_network(hidden: int = 32) -> nn.Module:
    """Return a network that reads all pixels and has one hidden layer.

    Args:
        hidden: units of the hidden layer; 401 multiply-adds each.

    Returns:
        A module from (B, 1, 20, 20) to scores (B,).

    >>> from lsdl_helpers.measure import cost
    >>> cost(dense_network(), (1, 1, 20, 20)).multiply_adds
    12832
    """
    return nn.Sequential(nn.Flatten(), *_score(SIDE**2, hidden))


def convolutional_network(first: int, second: int, hidden: int) -> nn.Module:
    """Return a network of two 3×3 convolutions, each with max-pooling, and one hidden layer.

    Its channels come last in memory, which on CPUs is the faster order.

    Args:
        first, second: channels of the convolutions.
        hidden: units of the hidden layer.

    Returns:
        A module from (B, 1, 20, 20) to scores (B,).

    >>> from lsdl_helpers.measure import cost
    >>> cost(convolutional_network(32, 64, 64), (1, 1, 20, 20)).multiply_adds
    2060864
    """
    network = nn.Sequential(
        nn.Conv2d(1, first, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), *_score((SIDE // 4) ** 2 * second, hidden),
    )  # fmt: skip
    return network.to(memory_format=torch.channels_last)
