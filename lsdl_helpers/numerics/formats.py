"""Floating-point formats of few bits, encoded and decoded by their definition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from lsdl_helpers.numerics.rounding import Rounding, round_to_integer


@dataclass(frozen=True)
class Float:
    """A floating-point format: a sign, an exponent field E and a mantissa field M of p bits.

    A number is ±2^(E - bias) (1 + M / 2^p); for E = 0 it is ±2^(1 - bias) M / 2^p, a subnormal.
    ``specials`` says what the largest exponent stands for: "ieee" infinity and NaN; "nan"
    numbers, and NaN where M is all ones (FP8 E4M3, arXiv:2209.05433); "none" numbers only.

    >>> Float("FP8 E4M3", 4, 3, specials="nan").largest
    448.0
    """

    name: str
    exponent_bits: int
    mantissa_bits: int
    specials: Literal["ieee", "nan", "none"] = "ieee"

    def __post_init__(self) -> None:
        if not (2 <= self.exponent_bits <= 8 and 1 <= self.mantissa_bits <= 23):
            given = f"{self.exponent_bits} exponent and {self.mantissa_bits} mantissa bits"
            raise ValueError(f"{given}; allowed: 2 to 8 and 1 to 23")
        if self.specials not in {"ieee", "nan", "none"}:
            raise ValueError(f"specials={self.specials!r}; allowed: 'ieee', 'nan', 'none'")

    @property
    def bits(self) -> int:
        """Bits of a number, the sign among them."""
        return 1 + self.exponent_bits + self.mantissa_bits

    @property
    def bias(self) -> int:
        """What is subtracted from the exponent field."""
        return 2 ** (self.exponent_bits - 1) - 1

    @property
    def largest_code(self) -> int:
        """The code of the largest finite number."""
        reserved = {"ieee": 2**self.mantissa_bits, "nan": 1, "none": 0}[self.specials]
        return 2 ** (self.bits - 1) - 1 - reserved

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return self.decode(torch.tensor(self.largest_code)).item()

    @property
    def smallest_normal(self) -> float:
        """The smallest positive number whose exponent field is not 0."""
        return 2.0 ** (1 - self.bias)

    @property
    def smallest(self) -> float:
        """The smallest positive number, a subnormal."""
        return 2.0 ** (1 - self.bias - self.mantissa_bits)

    def decode(self, codes: Tensor) -> Tensor:
        """Return the numbers that codes stand for: any shape, integers to float64.

        Raises:
            ValueError: for a code that has more bits.
        """
        codes = codes.long()
        if codes.numel() and not (codes.min() >= 0 and codes.max() < 2**self.bits):
            raise ValueError(f"codes of {self.name} are 0 to {2**self.bits - 1}")
        magnitude = codes % 2 ** (self.bits - 1)
        exponent = magnitude >> self.mantissa_bits
        mantissa = magnitude % 2**self.mantissa_bits
        units = torch.where(exponent > 0, mantissa + 2**self.mantissa_bits, mantissa)
        values = units * self.smallest * 2.0 ** (exponent - 1).clamp(min=0).double()
        values[magnitude > self.largest_code] = math.nan
        if self.specials == "ieee":
            values[magnitude == self.largest_code + 1] = math.inf
        return torch.where(codes >> (self.bits - 1) == 1, -values, values)

    def encode(
        self,
        values: Tensor,
        *,
        rounding: Rounding = "nearest",
        saturate: bool = False,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return the codes of numbers: any shape, floats to int64.

        Args:
            values: every NaN gets the largest code, with its sign.
            rounding: "nearest", ties to the even mantissa; or "stochastic", up with a
                probability that makes the mean right.
            saturate: give what is too large the largest finite number. Otherwise it becomes
                infinity, or NaN in a format without infinity.
            generator: of the random numbers of stochastic rounding.

        Raises:
            ValueError: for another rounding; for what a format without specials cannot hold.
        """
        magnitude = values.double().abs()
        exponent = torch.frexp(magnitude).exponent - 1  # of infinity and NaN: anything
        binade = (exponent + self.bias - 1).clamp(0, 2**self.exponent_bits)
        binade = torch.where(magnitude > 0, binade, 0)
        units = round_to_integer(
            magnitude / (self.smallest * 2.0 ** binade.double()), rounding, generator=generator
        )
        codes = (binade.long() << self.mantissa_bits) + units.nan_to_num(0).clamp(
            max=4 * 2**self.mantissa_bits
        ).long()
        codes = torch.where(magnitude.isinf(), 2 ** (self.bits - 1), codes)
        codes = self._overflow(codes, saturate)
        if self.specials == "none" and values.isnan().any():
            raise ValueError(f"{self.name} has no NaN")
        codes = torch.where(values.isnan(), 2 ** (self.bits - 1) - 1, codes)
        return codes + (values.signbit().long() << (self.bits - 1))

    def _overflow(self, codes: Tensor, saturate: bool) -> Tensor:
        too_large = codes > self.largest_code
        if self.specials == "none" and not saturate and too_large.any():
            raise ValueError(f"{self.name} ends at {self.largest:g}: saturate=True cuts there")
        return codes.clamp(max=self.largest_code + (not saturate))

    def round(
        self,
        values: Tensor,
        *,
        rounding: Rounding = "nearest",
        saturate: bool = False,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Encode and decode: values in their shape and dtype; arguments as :meth:`encode`.

        >>> FP8_E4M3.round(torch.tensor([0.3, 17.0]))
        tensor([ 0.3125, 16.0000])
        """
        codes = self.encode(values, rounding=rounding, saturate=saturate, generator=generator)
        return self.decode(codes).to(values.dtype)


FP16 = Float("FP16", 5, 10)
BF16 = Float("BF16", 8, 7)
FP8_E4M3 = Float("FP8 E4M3", 4, 3, specials="nan")
FP8_E5M2 = Float("FP8 E5M2", 5, 2)
FP4_E2M1 = Float("FP4 E2M1", 2, 1, specials="none")
