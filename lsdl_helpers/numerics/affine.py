"""Affine quantization: floats to integer codes and back, by a scale and a zero point."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class AffineQuantizer:
    """Codes ``lowest`` to ``highest``, of which each stands for (code - zero_point) · scale.

    >>> AffineQuantizer(scale=0.5, zero_point=3, lowest=0, highest=255).largest
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
        """Return the numbers that codes, of any dtype, stand for, float32."""
        return ((codes.double() - self.zero_point) * self.scale).float()


def asymmetric(values: Tensor, bits: int = 8) -> AffineQuantizer:
    """Return the quantizer to codes 0 to 2^bits - 1 whose range just holds the values and 0.

    The number 0 has a code of its own, the zero point.

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
    return AffineQuantizer(scale, round(-low / scale), 0, 2**bits - 1)


def symmetric(values: Tensor, bits: int = 8) -> AffineQuantizer:
    """Return the quantizer to codes ±(2^(bits-1) - 1) whose range just holds the values.

    The zero point is 0. Arguments and errors as for :func:`asymmetric`.

    >>> symmetric(torch.tensor([-1.27, 0.5])).quantize(torch.tensor([0.5]))
    tensor([50], dtype=torch.int32)
    """
    _check(values, bits)
    highest = 2 ** (bits - 1) - 1
    return AffineQuantizer(values.abs().max().item() / highest or 1.0, 0, -highest, highest)


def _check(values: Tensor, bits: int) -> None:
    if not 2 <= bits <= 8:
        raise ValueError(f"bits={bits}; allowed: 2 to 8")
    if not values.numel() or not values.isfinite().all():
        raise ValueError("finite numbers decide the scale, at least one")
