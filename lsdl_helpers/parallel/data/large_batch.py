"""The critical batch size: how many steps training takes, against the size of the batch."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def steps_to_loss(
    data: tuple[torch.Tensor, torch.Tensor],
    *,
    batch_size: int,
    learning_rate: float,
    seed: int,
    target: float = 0.2,
    max_steps: int = 4000,
) -> int | None:
    """Train by plain SGD until the loss of all examples is at the target; return the steps.

    The network has one hidden layer of 64 units; batches are drawn with replacement.

    Args:
        data: inputs (N, …), float32, and classes (N,), int64.
        seed: of the first weights and of the batches.
        target: mean cross-entropy of all N examples, in nats.
        max_steps: after so many None is returned.

    >>> from lsdl_helpers.data import digits
    >>> steps_to_loss(digits()[0], batch_size=64, learning_rate=0.5, seed=0)
    27
    """
    x, classes = data[0].flatten(1), data[1]
    generator = torch.Generator().manual_seed(seed)
    widths = x.shape[1], 64, int(classes.max()) + 1
    layers = [_initial_weights(*pair, generator) for pair in pairwise(widths)]
    for step in range(1, max_steps + 1):
        batch = torch.randint(len(x), (batch_size,), generator=generator)
        F.cross_entropy(_logits(layers, x[batch]), classes[batch]).backward()
        with torch.no_grad():
            for layer in layers:
                layer -= learning_rate * layer.grad
                layer.grad = None
            if F.cross_entropy(_logits(layers, x), classes) <= target:
                return step
    return None


def _initial_weights(inputs: int, outputs: int, generator: torch.Generator) -> nn.Parameter:
    return nn.Parameter(torch.randn(inputs, outputs, generator=generator) / inputs**0.5)


def _logits(layers: list[nn.Parameter], x: torch.Tensor) -> torch.Tensor:
    hidden, output = layers
    return F.relu(x @ hidden) @ output


def fit_critical_batch(batch_sizes: Sequence[int], steps: Sequence[float]) -> tuple[float, float]:
    """Fit the least steps and the critical batch: ``steps = least (1 + critical / batch)``.

    Nonnegative least squares on relative errors. At the critical batch twice the least steps
    are needed, and twice the examples of the smallest batches. Where steps fall as fast as
    batches grow, or faster, the least is 0 and the critical batch infinite.

    Raises:
        ValueError: for fewer than two different batches, another number of steps than of batches,
            or a number that is not above 0.

    Source: McCandlish et al. (2018), equation 2.11.

    >>> least, critical = fit_critical_batch([10, 100], [1100, 200])
    >>> round(least), round(critical)
    (100, 100)
    """
    from scipy.optimize import nnls  # late: it takes most of a second

    sizes, counts = np.asarray(batch_sizes, float), np.asarray(steps, float)
    valid = len(set(sizes)) > 1 and len(sizes) == len(counts)
    if not (valid and (sizes > 0).all() and (counts > 0).all()):
        raise ValueError(
            f"batches {list(batch_sizes)}, steps {list(steps)}; a fit needs two different "
            "batches, as many steps, and numbers above 0"
        )
    columns = np.stack([np.ones_like(sizes), 1 / sizes], 1)
    (least, slope), _ = nnls(columns / counts[:, None], np.ones_like(counts))
    return float(least), float(slope / least) if least else float("inf")
