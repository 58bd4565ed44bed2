"""The speech network of Vanhoucke, Senior and Mao (2011), and what it costs with other weights."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import torch
from torch import nn

from lsdl_helpers.measure import Cost

# Inputs, five hidden layers, outputs.
SPEECH_WIDTHS = (440, 2000, 2000, 2000, 2000, 2000, 7969)


def fully_connected(widths: tuple[int, ...], *, seed: int = 0) -> nn.Sequential:
    """Build fully connected layers with a sigmoid between them, and random weights.

    Args:
        widths: of the input and of each layer's output.
        seed: of the weights; the global generator is left as it was.

    Raises:
        ValueError: for fewer than two widths, or one below 1.

    >>> fully_connected(SPEECH_WIDTHS)(torch.zeros(8, 440)).shape
    torch.Size([8, 7969])
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"widths are {widths}; allowed: two or more, each at least 1")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [m for a, b in pairwise(widths) for m in (nn.Linear(a, b), nn.Sigmoid())]
    return nn.Sequential(*layers[:-1])


def with_weight_bytes(cost: Cost, bytes_per_weight: int) -> Cost:
    """Return the cost of a float32 network with weights of another size.

    Its activations stay in float32.

    >>> from lsdl_helpers.measure import cost
    >>> with_weight_bytes(cost(nn.Linear(8, 2, bias=False), (1, 8)), 1).weight_bytes
    16
    """
    layers = []
    for layer in cost.layers:
        weights = layer.parameters * bytes_per_weight
        moved = layer.moved_bytes - layer.weight_bytes + weights
        layers.append(replace(layer, weight_bytes=weights, moved_bytes=moved))
    return Cost(tuple(layers))
