"""Training a network on labels, or to match what another network answers at some points."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lsdl_helpers.compression.networks import Ensemble
from lsdl_helpers.training import fit, random_batches


def train_network(
    model: nn.Module,
    inputs: Tensor,
    targets: Tensor,
    *,
    steps: int = 1500,
    batch_size: int = 32,
    learning_rate: float = 4e-3,
    weight_decay: float = 1e-4,
    seed: int = 0,
) -> nn.Module:
    """Train a network in place by cross-entropy with AdamW; return it in evaluation mode.

    The learning rate falls to zero as a half cosine. Convolutions are laid out with the channels
    last in memory, which is faster on a CPU.

    Args:
        model: maps (B, …) to logits (B, num_classes).
        inputs: (N, …) float32.
        targets: classes (N,) int64, or probabilities (N, num_classes).
        steps: batches, each drawn with replacement from the N points.
        seed: of the batches and of dropout.

    Raises:
        ValueError: for fewer steps than 1.

    >>> from lsdl_helpers.compression import perceptron
    >>> from lsdl_helpers.data import glyphs
    >>> train_network(perceptron(), *glyphs(100, seed=0), steps=10).training
    False
    """
    model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        model.parameters(), learning_rate, weight_decay=weight_decay, fused=True
    )
    generator = torch.Generator().manual_seed(seed)
    draw = random_batches((inputs, targets), batch_size, generator, replacement=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        fit(model, draw, F.cross_entropy, steps=steps, optimizer=optimizer)
    return model.eval()


def train_ensemble(
    build: Callable[[], nn.Module],
    images: Tensor,
    labels: Tensor,
    *,
    num_members: int = 16,
    steps: int = 700,
    learning_rate: float = 8e-3,
    seed: int = 0,
) -> Ensemble:
    """Train networks that differ in first weights, batches and dropout; return their ensemble.

    Args:
        build: returns a network with new random weights.
        images, labels, steps, learning_rate: as for :func:`train_network`.

    >>> from lsdl_helpers.compression import perceptron
    >>> from lsdl_helpers.data import glyphs
    >>> len(train_ensemble(perceptron, *glyphs(100, seed=0), num_members=3, steps=10).members)
    3
    """
    members = []
    for own_seed in range(1000 * seed, 1000 * seed + num_members):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(own_seed)
            member = build()
        train_network(
            member, images, labels, steps=steps, learning_rate=learning_rate, seed=own_seed
        )
        members.append(member)
    return Ensemble(members).eval()


def answers(model: nn.Module, points: Tensor, *, batch_size: int = 100) -> Tensor:
    """Return the probabilities that a network answers with: (N, …) to (N, num_classes).

    Pictures go through with the channels last in memory, which is faster on a CPU.

    >>> from lsdl_helpers.compression import perceptron
    >>> answers(perceptron(), torch.rand(1000, 1, 16, 16)).shape
    torch.Size([1000, 10])
    """
    model.eval()
    if points.dim() == 4:
        points = points.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        return torch.cat([model(part).softmax(-1) for part in points.split(batch_size)])


def match(
    student: nn.Module, points: Tensor, targets: Tensor, *, steps: int = 2500, seed: int = 0
) -> nn.Module:
    """Train a student in place to give a teacher's answers at many points.

    Its probabilities are matched by cross-entropy, and no label of a point is used. The student
    is returned in evaluation mode.

    Args:
        points: (N, …) float32.
        targets: :func:`answers` of the teacher there, (N, num_classes); or classes (N,).
        steps, seed: as for :func:`train_network`, in batches of 64, without weight decay.

    >>> from lsdl_helpers.compression import perceptron
    >>> points, teacher = torch.rand(1000, 1, 16, 16), perceptron()
    >>> match(perceptron(), points, answers(teacher, points), steps=10).training
    False
    """
    return train_network(
        student, points, targets, steps=steps, batch_size=64, weight_decay=0.0, seed=seed
    )
