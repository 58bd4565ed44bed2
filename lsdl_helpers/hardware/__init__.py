"""Number formats of few bits, and learning with them."""

from lsdl_helpers.hardware.fixed_point import FixedPoint, dynamic_fixed_point
from lsdl_helpers.hardware.formats import BF16, FP4_E2M1, FP8_E4M3, FP8_E5M2, FP16, Float
from lsdl_helpers.hardware.low_precision import Recipe, accuracy, scaled, train
from lsdl_helpers.hardware.microscaling import bits_per_number, microscale, microscaled
from lsdl_helpers.hardware.rounding import round_to_integer

__all__ = [
    "BF16", "FP4_E2M1", "FP8_E4M3", "FP8_E5M2", "FP16",
    "FixedPoint", "Float", "Recipe",
    "accuracy", "bits_per_number", "dynamic_fixed_point", "microscale", "microscaled",
    "round_to_integer", "scaled", "train",
]  # fmt: skip
