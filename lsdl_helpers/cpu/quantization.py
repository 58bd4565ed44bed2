"""Whole numbers in place of floats: scale, zero point, accumulator, saturation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Affine:
    """Whole numbers ``lowest`` to ``highest`` that stand for floats: (code - zero_point) · scale.

    >>> Affine(scale=0.5, zero_point=3, lowest=0, highest=255).largest
    126.0
    """

    scale: float
    zero_point: int
    lowest: int
    highest: int

    def __post_init__(self) -> None:
        in_range = self.lowest <= self.zero_point <= self.highest
        if not (0 < self.scale < math.inf and in_range):
            raise ValueError(
                f"scale {self.scale} and zero point {self.zero_point}; allowed: a finite scale "
                f"above 0 and a zero point from {self.lowest} to {self.highest}"
            )

    @property
    def smallest(self) -> float:
        """The smallest number that has a code."""
        return (self.lowest - self.zero_point) * self.scale

    @property
    def largest(self) -> float:
        """The largest number that has a code."""
        return (self.highest - self.zero_point) * self.scale

    def quantize(self, values: Tensor) -> Tensor:
        """Return the nearest codes, int32 in the shape of the floats; beyond the range, its ends.

        A tie goes to the even number of scales. Infinity is beyond the range.

        Raises:
            ValueError: for NaN, which has no code.
        """
        if values.isnan().any():
            raise ValueError("NaN has no code")
        codes = (values.double() / self.scale).round() + self.zero_point
        return codes.clamp(self.lowest, self.highest).int()

    def dequantize(self, codes: Tensor) -> Tensor:
        """Return what codes, of any dtype, stand for, float32."""
        return ((codes.double() - self.zero_point) * self.scale).float()


def asymmetric(values: Tensor, bits: int = 8) -> Affine:
    """Return the codes 0 to 2^bits - 1 whose range just holds these numbers, and 0 exactly.

    Args:
        values: finite floats, at least one.
        bits: 2 to 8.

    Raises:
        ValueError: for other values or bits.

    >>> asymmetric(torch.tensor([-1.0, 4.1])).zero_point
    50
    """
    _check(values, bits)
    low, high = min(values.min().item(), 0.0), max(values.max().item(), 0.0)
    scale = (high - low) / (2**bits - 1) or 1.0
    return Affine(scale, round(-low / scale), 0, 2**bits - 1)


def symmetric(values: Tensor, bits: int = 8) -> Affine:
    """Return the codes ±(2^(bits-1) - 1) whose range just holds these numbers; 0 stands for 0.

    Arguments and errors as for :func:`asymmetric`.

    >>> symmetric(torch.tensor([-1.27, 0.5])).quantize(torch.tensor([0.5]))
    tensor([50], dtype=torch.int32)
    """
    _check(values, bits)
    highest = 2 ** (bits - 1) - 1
    return Affine(values.abs().max().item() / highest or 1.0, 0, -highest, highest)


def _check(values: Tensor, bits: int) -> None:
    if not 2 <= bits <= 8:
        raise ValueError(f"bits={bits}; allowed: 2 to 8")
    if not values.numel() or not values.isfinite().all():
        raise ValueError("finite numbers decide the scale, at least one")


def accumulate(products: Tensor, bits: int, *, saturate: bool = False) -> Tensor:
    """Return the running sums of whole numbers in an accumulator of so many bits.

    What is too large starts again at the other end (it wraps), or with ``saturate`` stops at
    the end of the range.

    Args:
        products: (n,) whole numbers.
        bits: of the accumulator, its sign among them, 2 to 32.

    Returns:
        (n,) int64.

    Raises:
        ValueError: for other bits or another shape.

    >>> accumulate(torch.tensor([100, 100, -100]), bits=8)
    tensor([100, -56, 100])
    """
    if not 2 <= bits <= 32 or products.dim() != 1:
        raise ValueError(f"{bits} bits, shape {tuple(products.shape)}; allowed: 2 to 32, (n,)")
    half = 2 ** (bits - 1)
    if not saturate:
        return (products.long().cumsum(0) + half) % (2 * half) - half
    total, sums = 0, []
    for product in products.tolist():
        total = min(max(total + product, -half), half - 1)
        sums.append(total)
    return torch.tensor(sums, dtype=torch.int64)


def saturating_pairs(w: Tensor, x: Tensor) -> Tensor:
    """Return the products of a layer as SSSE3 adds them: in pairs that saturate at 16 bits.

    Args:
        w: (rows, columns) int8, an even number of columns.
        x: (batch, columns) uint8.

    Returns:
        (batch, rows) int64.

    >>> saturating_pairs(torch.full((1, 2), 127), torch.full((1, 2), 255))
    tensor([[32767]])
    """
    products = (x.long()[:, None] * w.long()).unflatten(-1, (-1, 2))  # (batch, rows, pairs, 2)
    return products.sum(-1).clamp(-(2**15), 2**15 - 1).sum(-1)
