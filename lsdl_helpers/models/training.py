"""A plain training loop: batches drawn at random, SGD with momentum, a history."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import fmean

import torch
from torch import nn
from torch.nn import functional as F

SCHEDULES = {
    "constant": lambda progress: 1.0,
    "cosine": lambda progress: (1 + math.cos(math.pi * progress)) / 2,
}


@dataclass(frozen=True)
class History:
    """Loss (nats) and error (share of wrong answers) of every batch, before its step."""

    loss: tuple[float, ...]
    error: tuple[float, ...]

    def last(self, steps: int) -> tuple[float, float]:
        """Return loss and error, averaged over the last steps, or over all if there are fewer.

        Raises:
            ValueError: for fewer steps than 1.
        """
        if steps < 1:
            raise ValueError(f"steps is {steps}; it must be at least 1")
        return fmean(self.loss[-steps:]), fmean(self.error[-steps:])


def train(
    model: nn.Module,
    data: tuple[torch.Tensor, torch.Tensor],
    *,
    steps: int,
    seed: int,
    batch_size: int = 64,
    learning_rate: float = 0.1,
    momentum: float = 0.9,
    weight_decay: float = 1e-4,
    schedule: str = "cosine",
) -> History:
    """Train a classifier in place by cross-entropy; leave it in training mode.

    Args:
        model: maps (B, …) to logits (B, num_classes).
        data: inputs (N, …), float, and classes (N,), int64, where the model is.
        steps: batches, each drawn without repetition from the N examples.
        seed: of the batches; the weights are the model's own.
        schedule: of the learning rate, "constant" or "cosine", which falls to 0.

    Raises:
        ValueError: for another schedule, fewer steps than 1, or a batch larger than N.

    >>> data = torch.rand(100, 4), torch.arange(100) % 3
    >>> len(train(nn.Linear(4, 3), data, steps=10, seed=0).loss)
    10
    """
    inputs, classes = data
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule is {schedule!r}; it must be one of {', '.join(SCHEDULES)}")
    if steps < 1:
        raise ValueError(f"steps is {steps}; it must be at least 1")
    if not 1 <= batch_size <= len(inputs):
        raise ValueError(f"batch_size is {batch_size}; it must be from 1 to {len(inputs)}")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(
        model.parameters(), learning_rate, momentum=momentum, weight_decay=weight_decay
    )
    model.train()
    losses, errors = [], []
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * SCHEDULES[schedule](step / steps)
        chosen = torch.randperm(len(inputs), generator=generator)[:batch_size].to(inputs.device)
        logits = model(inputs[chosen])  # (B, num_classes)
        loss = F.cross_entropy(logits, classes[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        errors.append((logits.argmax(1) != classes[chosen]).float().mean().item())
    return History(tuple(losses), tuple(errors))


def error_rate(
    model: nn.Module, data: tuple[torch.Tensor, torch.Tensor], batch_size: int = 256
) -> float:
    """Return the share of wrong answers of a network in evaluation mode, which it is left in.

    Args:
        data: as for :func:`train`.
    """
    return _mean(lambda logits, y: (logits.argmax(1) != y).sum(), model, data, batch_size)


def mean_loss(
    model: nn.Module, data: tuple[torch.Tensor, torch.Tensor], batch_size: int = 4096
) -> float:
    """Return the mean cross-entropy, nats, of a network in evaluation mode, which it is left in.

    Args:
        data: as for :func:`train`.

    >>> data = torch.rand(100, 4), torch.arange(100) % 3
    >>> mean_loss(nn.Linear(4, 3), data) > 0
    True
    """
    return _mean(partial(F.cross_entropy, reduction="sum"), model, data, batch_size)


def _mean(
    total: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    model: nn.Module,
    data: tuple[torch.Tensor, torch.Tensor],
    batch_size: int,
) -> float:
    """Return the mean over all examples of what `total` adds up of logits and classes."""
    model.eval()
    with torch.inference_mode():
        pairs = zip(*(part.split(batch_size) for part in data), strict=True)
        return sum(total(model(x), y).item() for x, y in pairs) / len(data[0])
