"""Specialized hardware: what it computes with, and what learning makes of that."""

from lsdl_helpers.hardware.low_precision import Recipe, accuracy, scaled_cast, train_rounded

__all__ = ["Recipe", "accuracy", "scaled_cast", "train_rounded"]
