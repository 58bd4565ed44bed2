"""Fixed point: integers with one scale, chosen once or for each group of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lsdl_helpers.numerics.rounding import Rounding, round_to_integer

# float32, in which numbers come and go, has the powers of two from 2^-149 to 2^127
MAX_FRACTION_BITS, MIN_FRACTION_BITS = 149, -127


@dataclass(frozen=True)
class FixedPoint:
    """A fixed-point format: signed integers of ``word_bits`` bits, in units of 2^-fraction_bits.

    >>> FixedPoint(word_bits=8, fraction_bits=4).largest
    7.9375
    """

    word_bits: int
    fraction_bits: int

    def __post_init__(self) -> None:
        if not 2 <= self.word_bits <= 24:
            raise ValueError(f"word_bits={self.word_bits}; allowed: 2 to 24")
        if not MIN_FRACTION_BITS <= self.fraction_bits <= MAX_FRACTION_BITS:
            allowed = f"{MIN_FRACTION_BITS} to {MAX_FRACTION_BITS}"
            raise ValueError(f"fraction_bits={self.fraction_bits}; allowed: {allowed}")

    @property
    def unit(self) -> float:
        """The distance between neighbors."""
        return 2.0**-self.fraction_bits

    @property
    def largest(self) -> float:
        """The largest number; the smallest is one unit below its negative."""
        return (2 ** (self.word_bits - 1) - 1) * self.unit

    def quantize(
        self,
        values: Tensor,
        *,
        rounding: Rounding = "nearest",
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return the codes of values, int32, of any shape; what is too large is cut to the range.

        Infinity is too large.

        Raises:
            ValueError: for NaN, which fixed point cannot hold, or another rounding.
        """
        if values.isnan().any():
            raise ValueError("fixed point has no NaN")
        # half precision does not hold every code; float32 does, and divides exactly by a unit
        wide = values.to(torch.promote_types(values.dtype, torch.float32))
        codes = round_to_integer(wide / self.unit, rounding, generator=generator)
        half = 2 ** (self.word_bits - 1)
        return codes.clamp(-half, half - 1).int()

    def dequantize(self, codes: Tensor) -> Tensor:
        """Return the numbers that codes stand for, float32, within the range of float32."""
        limit = torch.finfo(torch.float32).max
        return (codes.float() * self.unit).clamp(-limit, limit)

    def round(
        self,
        values: Tensor,
        *,
        rounding: Rounding = "nearest",
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Quantize and dequantize: values (any shape) to float32; arguments as :meth:`quantize`."""
        return self.dequantize(self.quantize(values, rounding=rounding, generator=generator))


def dynamic_fixed_point(values: Tensor, word_bits: int) -> FixedPoint:
    """Return the fixed point of ``word_bits`` bits whose range just holds these numbers.

    Dynamic fixed point keeps one scale for a group of numbers and moves it as they grow or
    shrink. Courbariaux and others (arXiv:1412.7024) move it by counting overflows; here the
    largest magnitude decides.

    Raises:
        ValueError: for no number, or for one that is not finite in float32.

    >>> dynamic_fixed_point(torch.tensor([0.3, -1.5]), word_bits=8).fraction_bits
    6
    """
    if not values.numel() or not values.float().isfinite().all():
        raise ValueError("a group of finite float32 numbers, at least one, decides the scale")
    largest = values.abs().max().item()
    integer_bits = math.frexp(largest)[1]
    form = FixedPoint(word_bits, min(word_bits - 1 - integer_bits, MAX_FRACTION_BITS))
    if round(largest / form.unit) > 2 ** (word_bits - 1) - 1:  # rounded up, out of the range
        form = FixedPoint(word_bits, max(form.fraction_bits - 1, MIN_FRACTION_BITS))
    return form
