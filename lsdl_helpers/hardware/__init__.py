"""Specialized hardware: what few bits save, and training with numbers of few bits."""

from lsdl_helpers.hardware.energy import DRAM_READ_PJ, ENERGY_PJ
from lsdl_helpers.hardware.low_precision import Recipe, accuracy, scaled_cast, train_rounded

__all__ = [
    "DRAM_READ_PJ", "ENERGY_PJ", "Recipe", "accuracy", "scaled_cast", "train_rounded",
]  # fmt: skip
