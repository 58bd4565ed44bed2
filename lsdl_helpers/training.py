"""The training loop, the batches it draws, and the error and loss of what it has trained.

``fit`` is the loop; a function called ``train_…`` chooses batches, loss and optimizer for it.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Data = tuple[Tensor, Tensor]  # inputs (N, …), float, and classes (N,), int64
Draw = Callable[[], Sequence[Tensor]]
Loss = Callable[[Any, Tensor], Tensor]
SCHEDULES = {
    "constant": lambda progress: 1.0,
    "cosine": lambda progress: (1 + math.cos(math.pi * progress)) / 2,
}


def fit(
    model: nn.Module,
    draw: Draw,
    loss: Loss,
    *,
    steps: int,
    optimizer: torch.optim.Optimizer,
    schedule: str = "cosine",
) -> list[float]:
    """Train a network in place; return the loss of every batch, before its step.

    Args:
        model: is left in training mode.
        draw: returns the next batch, ``(*inputs, targets)``.
        loss: of ``model(*inputs)`` and the targets, one number.
        steps: batches.
        optimizer: of the model's parameters, with the learning rate of the first step.
        schedule: of the learning rate, "constant" or "cosine", which falls to 0.

    Raises:
        ValueError: for another schedule, or fewer steps than 1.

    >>> model, data = nn.Linear(4, 3), (torch.rand(100, 4), torch.arange(100) % 3)
    >>> draw = random_batches(data, 20, torch.Generator())
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> len(fit(model, draw, nn.functional.cross_entropy, steps=10, optimizer=optimizer))
    10
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule is {schedule!r}; it must be one of {', '.join(SCHEDULES)}")
    if steps < 1:
        raise ValueError(f"steps is {steps}; it must be at least 1")
    model.train()
    losses = []
    for step in range(steps):
        for group in optimizer.param_groups:
            first = group.setdefault("initial_lr", group["lr"])  # as torch's schedulers call it
            group["lr"] = first * SCHEDULES[schedule](step / steps)
        *inputs, targets = draw()
        batch_loss = loss(model(*inputs), targets)
        optimizer.zero_grad()
        batch_loss.backward()
        optimizer.step()
        losses.append(batch_loss.item())
    return losses


def random_batches(
    data: Sequence[Tensor], batch_size: int, generator: torch.Generator, replacement: bool = False
) -> Draw:
    """Return a function that draws a random batch of the rows of some tensors at each call.

    Args:
        data: N rows each, such as inputs and targets.
        replacement: whether a batch may hold a row twice.

    Raises:
        ValueError: for a batch of no row, or without replacement of more than N.

    >>> data = torch.rand(100, 4), torch.arange(100)
    >>> [part.shape for part in random_batches(data, 20, torch.Generator())()]
    [torch.Size([20, 4]), torch.Size([20])]
    """
    n, most = len(data[0]), math.inf if replacement else len(data[0])
    if not 1 <= batch_size <= most:
        raise ValueError(f"batch_size is {batch_size}; it must be from 1 to {most}")

    def draw() -> list[Tensor]:
        if replacement:
            rows = torch.randint(n, (batch_size,), generator=generator)
        else:
            rows = torch.randperm(n, generator=generator)[:batch_size]
        return [part[rows.to(part.device)] for part in data]

    return draw


class History(NamedTuple):
    """Loss (nats) and error (share of wrong answers) of every batch, before its step."""

    loss: list[float]
    error: list[float]


def train_classifier(
    model: nn.Module,
    data: Data,
    *,
    steps: int,
    seed: int,
    batch_size: int = 64,
    learning_rate: float = 0.1,
    weight_decay: float = 1e-4,
) -> History:
    """Train a classifier in place by cross-entropy, with SGD, a momentum of 0.9 and a cosine.

    Args:
        model: maps (B, …) to logits (B, num_classes); is left in training mode.
        data: inputs (N, …), float, and classes (N,), int64.
        seed: of the batches, drawn without replacement; the weights are the model's own.

    Raises:
        ValueError: as :func:`fit` and :func:`random_batches`.

    >>> data = torch.rand(100, 4), torch.arange(100) % 3
    >>> len(train_classifier(nn.Linear(4, 3), data, steps=10, seed=0).error)
    10
    """
    optimizer = torch.optim.SGD(
        model.parameters(), learning_rate, momentum=0.9, weight_decay=weight_decay
    )
    draw = random_batches(data, batch_size, torch.Generator().manual_seed(seed))
    errors = []

    def loss(logits: Tensor, classes: Tensor) -> Tensor:
        errors.append((logits.argmax(1) != classes).float().mean().item())
        return F.cross_entropy(logits, classes)

    return History(fit(model, draw, loss, steps=steps, optimizer=optimizer), errors)


def error_rate(model: nn.Module, data: Data, batch_size: int = 256) -> float:
    """Return the share of wrong answers of a network in evaluation mode, which it is left in.

    >>> error_rate(nn.Identity(), (torch.eye(4), torch.tensor([0, 1, 2, 0])))
    0.25
    """
    return _mean(lambda logits, y: (logits.argmax(1) != y).sum(), model, data, batch_size)


def mean_loss(model: nn.Module, data: Data, batch_size: int = 4096) -> float:
    """Return the mean cross-entropy, nats, of a network in evaluation mode, which it is left in.

    >>> round(mean_loss(nn.Identity(), (torch.zeros(4, 10), torch.arange(4))), 3)  # log 10
    2.303
    """
    return _mean(partial(F.cross_entropy, reduction="sum"), model, data, batch_size)


def _mean(total: Loss, model: nn.Module, data: Data, batch_size: int) -> float:
    """Return the mean over all examples of what `total` adds up of logits and classes."""
    model.eval()
    with torch.inference_mode():
        pairs = zip(*(part.split(batch_size) for part in data), strict=True)
        return sum(total(model(x), y).item() for x, y in pairs) / len(data[0])
