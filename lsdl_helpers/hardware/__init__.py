"""Specialized hardware: training with numbers of few bits."""

from lsdl_helpers.hardware.low_precision import Recipe, accuracy, scaled_cast, train_rounded

__all__ = ["Recipe", "accuracy", "scaled_cast", "train_rounded"]
