"""The networks of the chapter on model compression: a large one, its ensemble, small ones."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

SIDE = 16  # pixels; of the pictures that all of these take


def convolutional(
    channels: tuple[int, int] = (8, 16),
    hidden: int = 64,
    *,
    dropout: float = 0.0,
    num_classes: int = 10,
) -> nn.Sequential:
    """Return two 3×3 convolutions, each followed by 2×2 max-pooling, and two connected layers.

    Takes (B, 1, 16, 16) float32 and returns logits (B, num_classes).

    Args:
        channels: of the two convolutions.
        hidden: units of the first connected layer; 0 leaves that layer out.
        dropout: share of the inputs of each connected layer that training sets to zero.

    Raises:
        ValueError: for fewer channels than 1, or a dropout outside 0 to 1.

    >>> convolutional()(torch.rand(5, 1, 16, 16)).shape
    torch.Size([5, 10])
    """
    if min(channels) < 1 or not 0 <= dropout < 1:
        raise ValueError(f"channels={channels}, dropout={dropout}; allowed: 1 or more, 0 to 1")
    first, second = channels
    features = second * (SIDE // 4) ** 2
    layers: list[nn.Module] = [
        nn.Conv2d(1, first, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(first, second, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
    ]  # fmt: skip
    for inputs, outputs in [(features, hidden), (hidden, num_classes)] if hidden else []:
        layers += [nn.Dropout(dropout), nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1] if hidden else [*layers, nn.Linear(features, num_classes)])


def perceptron(hidden: int = 256, *, num_classes: int = 10) -> nn.Sequential:
    """Return a network of one hidden layer: (B, 1, 16, 16) float32 to logits (B, num_classes).

    Raises:
        ValueError: for no hidden unit.

    >>> perceptron()(torch.rand(5, 1, 16, 16)).shape
    torch.Size([5, 10])
    """
    if hidden < 1:
        raise ValueError(f"hidden={hidden}; it must be at least 1")
    return nn.Sequential(
        nn.Flatten(), nn.Linear(SIDE**2, hidden), nn.ReLU(), nn.Linear(hidden, num_classes)
    )


class Ensemble(nn.Module):
    """Networks that answer together, with the mean of their probabilities.

    log f(x) with f = 1/K Σ softmax(z_k(x)), which is a network of logits again: its softmax is f.

    >>> Ensemble([perceptron(), perceptron()])(torch.rand(5, 1, 16, 16)).shape
    torch.Size([5, 10])
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        if not members:
            raise ValueError("an ensemble needs at least one member")
        self.members = nn.ModuleList(members)

    def forward(self, x: Tensor) -> Tensor:
        """Return log f(x), (B, num_classes)."""
        z = torch.stack([member(x) for member in self.members])  # (K, B, num_classes)
        return z.softmax(-1).mean(0).log()
