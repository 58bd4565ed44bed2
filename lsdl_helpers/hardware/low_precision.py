"""Training a small network whose numbers are rounded on the way; several seeds side by side.

Everything is computed in float32 and rounded afterwards, so this shows what few bits do to
learning, and nothing of their speed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

Rounder = Callable[[Tensor], Tensor]


def exact(values: Tensor) -> Tensor:
    """Return the values: no rounding."""
    return values


def scaled_cast(dtype: torch.dtype) -> Rounder:
    """Return a cast to torch's dtype and back, with one power-of-two scale for each tensor.

    The largest magnitude fits, and no number becomes infinite; the result has the dtype of the
    values. A tensor of zeros, or with infinity or NaN, is not scaled.
    :mod:`lsdl_helpers.numerics.formats` shows what a dtype does.

    >>> scaled_cast(torch.float8_e4m3fn)(torch.tensor([1e-6])).item() > 0
    True
    """
    dtype_max = torch.finfo(dtype).max

    def cast(values: Tensor) -> Tensor:
        largest = values.abs().max().item()
        if not 0 < largest < math.inf:
            return values.to(dtype).to(values.dtype)
        ratio = min(dtype_max / largest, 2.0**1023)
        scale = 2.0 ** (math.frexp(ratio)[1] - 1)  # beyond float32 for the smallest numbers
        rounded = (values.double() * scale).to(dtype).double() / scale
        limit = torch.finfo(values.dtype).max  # next to it a number may be rounded up
        return rounded.clamp(-limit, limit).to(values.dtype)

    return cast


@dataclass(frozen=True)
class Recipe:
    """Where rounding happens: in storage, or only in what the products read.

    With ``store`` exact, the stored weights are a float32 master copy.
    """

    store: Rounder = exact
    weights: Rounder = exact
    activations: Rounder = exact
    gradients: Rounder = exact


@dataclass(frozen=True)
class Networks:
    """``num_seeds`` networks of one hidden layer, each with its own weights: (seeds, in, out)."""

    first: Tensor
    first_bias: Tensor
    second: Tensor
    second_bias: Tensor

    def tensors(self) -> tuple[Tensor, ...]:
        """Return the weights and biases, first layer first."""
        return self.first, self.first_bias, self.second, self.second_bias


def random_networks(
    num_seeds: int, sizes: tuple[int, int, int], generator: torch.Generator
) -> Networks:
    """Return networks with weights uniform in ±1/sqrt(inputs) and biases zero."""
    inputs, hidden, classes = sizes

    def uniform(rows: int, columns: int) -> Tensor:
        drawn = torch.rand(num_seeds, rows, columns, generator=generator)
        return (2 * drawn - 1) / rows**0.5

    return Networks(uniform(inputs, hidden), torch.zeros(num_seeds, 1, hidden),
                    uniform(hidden, classes), torch.zeros(num_seeds, 1, classes))  # fmt: skip


def gradients(networks: Networks, x: Tensor, labels: Tensor, recipe: Recipe) -> tuple[Tensor, ...]:
    """Return the gradients of the mean cross-entropy: x (seeds, batch, in), labels (seeds, batch).

    Products read rounded weights, activations and gradients, and add in float32.
    """
    first, second = recipe.weights(networks.first), recipe.weights(networks.second)
    x = recipe.activations(x)
    hidden = recipe.activations(torch.baddbmm(networks.first_bias, x, first).relu())
    logits = torch.baddbmm(networks.second_bias, hidden, second)  # (seeds, batch, classes)
    error = logits.softmax(-1) - F.one_hot(labels, logits.shape[-1])
    error = recipe.gradients(error / labels.shape[1])
    back = recipe.gradients(torch.bmm(error, second.mT) * (hidden > 0))
    return (torch.bmm(x.mT, back), back.sum(1, keepdim=True),
            torch.bmm(hidden.mT, error), error.sum(1, keepdim=True))  # fmt: skip


def train_rounded(
    images: Tensor,
    labels: Tensor,
    *,
    recipe: Recipe | None = None,
    learning_rate: float = 0.2,
    steps: int = 1500,
    num_seeds: int = 8,
    hidden: int = 64,
    batch: int = 64,
    seed: int = 0,
) -> Networks:
    """Train by SGD with rounded numbers, the learning rate falling linearly to zero.

    Args:
        images: (n, features) float32.
        labels: (n,) int64, from 0.
        recipe: what is rounded; by default nothing.
        seed: of the weights and of the order of the examples. A recipe that rounds at random
            needs another one, or a weight is rounded by the number it was made from.

    >>> from lsdl_helpers.numerics import FixedPoint
    >>> recipe = Recipe(store=FixedPoint(16, 6).round)
    >>> x, labels = torch.rand(100, 256), torch.arange(100) % 10
    >>> train_rounded(x, labels, recipe=recipe, steps=5).first.shape
    torch.Size([8, 256, 64])
    """
    recipe = recipe or Recipe()
    random = torch.Generator().manual_seed(seed)
    sizes = (images.shape[1], hidden, int(labels.max()) + 1)
    start = random_networks(num_seeds, sizes, random)
    networks = Networks(*map(recipe.store, start.tensors()))
    for step in range(steps):
        chosen = torch.randint(len(images), (num_seeds, batch), generator=random)
        slopes = gradients(networks, images[chosen], labels[chosen], recipe)
        rate = learning_rate * (1 - step / steps)
        stepped = (w - rate * g for w, g in zip(networks.tensors(), slopes, strict=True))
        networks = Networks(*map(recipe.store, stepped))
    return networks


def accuracy(
    networks: Networks, images: Tensor, labels: Tensor, *, recipe: Recipe | None = None
) -> Tensor:
    """Return the percentage of right answers of each network, (seeds,) float32."""
    recipe = recipe or Recipe()
    x = recipe.activations(images).expand(len(networks.first), -1, -1)
    hidden = torch.baddbmm(networks.first_bias, x, recipe.weights(networks.first)).relu()
    second = recipe.weights(networks.second)
    logits = torch.baddbmm(networks.second_bias, recipe.activations(hidden), second)
    return 100 * (logits.argmax(-1) == labels).float().mean(-1)
