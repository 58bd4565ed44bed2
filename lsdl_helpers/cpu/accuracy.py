"""A small trained network, and what is left of its answers with fewer bits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lsdl_helpers.cpu.int8 import integer
from lsdl_helpers.data import glyphs
from lsdl_helpers.training import train_classifier

MEAN = 0.2  # of the pixels, about


@dataclass(frozen=True)
class Kept:
    """Percent of test pictures: wrong answers, and answers other than those of float32."""

    wrong: float
    changed: float


def characters(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return distorted digits as vectors (n, 256), with about mean 0, and their classes (n,)."""
    pictures, classes = glyphs(n, seed)
    return pictures.flatten(1) - MEAN, classes


def trained(seed: int = 0, *, steps: int = 1500, num_train: int = 16_000) -> nn.Sequential:
    """Train 256-256-256-10 with ReLU to tell digits apart; two seconds.

    Args:
        seed: of weights, pictures and batches.
        steps: batches of 64.
        num_train: pictures.

    >>> trained(steps=10, num_train=1000)(torch.zeros(1, 256)).shape
    torch.Size([1, 10])
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
        )
    train_classifier(model, characters(num_train, 2 * seed), steps=steps, seed=seed)
    return model.eval()


def kept(model: nn.Module, bits: int, data: tuple[Tensor, Tensor]) -> Kept:
    """Return what a network answers with weights and activations of so many bits, 2 to 8.

    >>> kept(trained(steps=100, num_train=1000), 8, characters(1000, 1)).changed < 5
    True
    """
    x, classes = data
    rounded = integer(model, bits)
    with torch.inference_mode():
        answers = torch.cat([rounded(part).argmax(1) for part in x.split(500)])
        changed = answers != model(x).argmax(1)
    return Kept(
        100 * (answers != classes).float().mean().item(), 100 * changed.float().mean().item()
    )
