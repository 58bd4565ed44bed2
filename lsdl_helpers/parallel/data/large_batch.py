"""What a larger batch returns: the steps to a given loss against the size of the batch."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.parallel.collectives.link import nonnegative_fit


def steps_to_loss(
    data: tuple[torch.Tensor, torch.Tensor],
    *,
    batch_size: int,
    learning_rate: float,
    seed: int,
    target: float = 0.2,
    most: int = 4000,
) -> int | None:
    """Return after how many steps of plain SGD the loss of all examples is at the target.

    The network has one hidden layer of 64 units; batches are drawn with replacement.

    Args:
        data: inputs (N, …), float32, and classes (N,), int64.
        seed: of the first weights and of the batches.
        target: mean cross-entropy of all N examples, in nats.
        most: steps after which None is returned.

    >>> from lsdl_helpers.data import digits
    >>> steps_to_loss(digits()[0], batch_size=64, learning_rate=0.5, seed=0)
    27
    """
    x, classes = data[0].flatten(1), data[1]
    random = torch.Generator().manual_seed(seed)
    layers = [_weights(x.shape[1], 64, random), _weights(64, int(classes.max()) + 1, random)]
    for step in range(1, most + 1):
        chosen = torch.randint(len(x), (batch_size,), generator=random)
        F.cross_entropy(_logits(layers, x[chosen]), classes[chosen]).backward()
        with torch.no_grad():
            for layer in layers:
                layer -= learning_rate * layer.grad
                layer.grad = None
            if F.cross_entropy(_logits(layers, x), classes) <= target:
                return step
    return None


def _weights(inputs: int, outputs: int, random: torch.Generator) -> nn.Parameter:
    return nn.Parameter(torch.randn(inputs, outputs, generator=random) / inputs**0.5)


def _logits(layers: list[nn.Parameter], x: torch.Tensor) -> torch.Tensor:
    hidden, output = layers
    return F.relu(x @ hidden) @ output


def fit_returns(batch_sizes: Sequence[int], steps: Sequence[float]) -> tuple[float, float]:
    """Return the least steps and the critical batch of ``steps = least (1 + critical / batch)``.

    Least squares on relative errors. At the critical batch twice the least steps are needed,
    and twice the examples of the smallest batches. Neither is negative: where steps fall as fast
    as batches grow, or faster, the least is 0 and the critical batch infinite.

    Raises:
        ValueError: for fewer than two different batches, another number of steps than of batches,
            or a number that is not above 0.

    Source: McCandlish et al. (2018), equation 2.11.

    >>> least, critical = fit_returns([10, 100], [1100, 200])
    >>> round(least), round(critical)
    (100, 100)
    """
    sizes, counts = np.asarray(batch_sizes, float), np.asarray(steps, float)
    if len(set(sizes)) < 2 or len(sizes) != len(counts) or not (np.append(sizes, counts) > 0).all():
        raise ValueError(
            f"batches {list(batch_sizes)}, steps {list(steps)}; a fit needs two different "
            "batches, as many steps, and numbers above 0"
        )
    rows = np.stack([np.ones_like(sizes), 1 / sizes], 1)
    least, slope = nonnegative_fit(rows, counts)
    return least, slope / least if least else float("inf")
