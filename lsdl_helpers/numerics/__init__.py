"""Number formats of few bits, and the arithmetic of quantization."""

from lsdl_helpers.numerics.accumulator import accumulate, saturating_pairs
from lsdl_helpers.numerics.affine import AffineQuantizer, asymmetric, symmetric
from lsdl_helpers.numerics.fixed_point import FixedPoint, dynamic_fixed_point
from lsdl_helpers.numerics.formats import BF16, FP4_E2M1, FP8_E4M3, FP8_E5M2, FP16, Float
from lsdl_helpers.numerics.microscaling import bits_per_number, mx_quantize, mx_round
from lsdl_helpers.numerics.rounding import round_to_integer

__all__ = [
    "BF16", "FP4_E2M1", "FP8_E4M3", "FP8_E5M2", "FP16",
    "AffineQuantizer", "FixedPoint", "Float",
    "accumulate", "asymmetric", "bits_per_number", "dynamic_fixed_point", "mx_quantize",
    "mx_round", "round_to_integer", "saturating_pairs", "symmetric",
]  # fmt: skip
