"""A small classifier of digits, and how many of its answers quantization changes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lsdl_helpers.cpu.int8 import quantize_linear
from lsdl_helpers.data import glyphs
from lsdl_helpers.training import train_classifier

MEAN_PIXEL = 0.2  # about


@dataclass(frozen=True)
class QuantizedErrors:
    """Percent of answers that are wrong, and that are others than those of float32."""

    wrong: float
    changed: float


def digit_vectors(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return distorted digits as vectors (n, 256), with about mean 0, and their classes (n,)."""
    pictures, classes = glyphs(n, seed)
    return pictures.flatten(1) - MEAN_PIXEL, classes


def train_digit_classifier(
    seed: int = 0, *, steps: int = 1500, num_train: int = 16_000
) -> nn.Sequential:
    """Train 256-256-256-10 with ReLU to tell digits apart; two seconds.

    Args:
        seed: of weights, pictures and batches.
        steps: batches of 64.
        num_train: pictures.

    >>> train_digit_classifier(steps=10, num_train=1000)(torch.zeros(1, 256)).shape
    torch.Size([1, 10])
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
        )
    train_classifier(model, digit_vectors(num_train, 2 * seed), steps=steps, seed=seed)
    return model.eval()


def quantized_errors(model: nn.Module, bits: int, data: tuple[Tensor, Tensor]) -> QuantizedErrors:
    """Quantize weights and activations to so many bits, 2 to 8, and compare the answers.

    >>> model = train_digit_classifier(steps=100, num_train=1000)
    >>> quantized_errors(model, 8, digit_vectors(1000, 1)).changed < 5
    True
    """
    x, classes = data
    quantized = quantize_linear(model, bits)
    with torch.inference_mode():
        answers = torch.cat([quantized(part).argmax(1) for part in x.split(500)])
        changed = answers != model(x).argmax(1)
    return QuantizedErrors(
        100 * (answers != classes).float().mean().item(), 100 * changed.float().mean().item()
    )
