"""Scaling laws: how a loss falls with size, and extrapolation to sizes not yet tried."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NUM_FLOORS = 400  # that are tried, evenly from 0 up to the smallest loss


@dataclass(frozen=True)
class PowerLaw:
    """loss = floor + (scale / size) ** exponent; a pure power law has the floor 0.

    ``floor`` is what remains however large the size, and ``scale`` the size at which the loss
    would be 1 above it.
    """

    scale: float
    exponent: float
    floor: float = 0.0

    def predict(self, size: float) -> float:
        """Return the loss at a size, in the unit of the losses of the fit."""
        return self.floor + (self.scale / size) ** self.exponent


def fit_power_law(
    sizes: Sequence[float], losses: Sequence[float], *, floor: bool = True
) -> PowerLaw:
    """Fit a power law so that the relative errors of the losses are small (least squares).

    For a given floor the law is a straight line in logarithms, and 400 floors are tried. A
    point of the line weighs as much as its logarithm moves that of the loss.

    Args:
        sizes: parameters or examples, (n,), above 0.
        losses: the loss at each, (n,), above 0.
        floor: fit one; without, the law is pure.

    Raises:
        ValueError: for other lengths, fewer sizes than there are numbers to fit (2, with a
            floor 3), or what is not above 0.

    Source of the form: Kaplan et al. (2020), equation 1.1, with the floor added.

    >>> fit_power_law([1, 4, 16], [1.0, 0.5, 0.25], floor=False).exponent
    0.5
    """
    size, loss = np.asarray(sizes, dtype=float), np.asarray(losses, dtype=float)
    min_sizes = 3 if floor else 2
    if size.ndim != 1 or size.shape != loss.shape or len(set(size.tolist())) < min_sizes:
        raise ValueError(
            f"sizes of shape {size.shape} and losses of shape {loss.shape}; "
            f"allowed: two flat lists alike, of at least {min_sizes} different sizes"
        )
    if not (size > 0).all() or not (loss > 0).all():
        raise ValueError("sizes and losses must be above 0")
    num_floors = NUM_FLOORS if floor else 1
    floors = loss.min() * np.arange(num_floors)[:, None] / num_floors  # (floors, 1)
    intercept, slope = _fit_lines(np.log(size), np.log(loss - floors), (1 - floors / loss) ** 2)
    fitted = floors + np.exp(intercept + slope * np.log(size))  # (floors, n)
    best = np.square(np.log(fitted / loss)).sum(1).argmin()
    exponent = -float(slope[best, 0])
    scale = float(np.exp(intercept[best, 0] / exponent))
    return PowerLaw(scale, exponent, float(floors[best, 0]))


def _fit_lines(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return intercept and slope, (floors, 1) each, of a weighted line a row of y (floors, n)."""
    weight = weight / weight.sum(1, keepdims=True)
    mean_x, mean_y = ((weight * v).sum(1, keepdims=True) for v in (x, y))
    slope = (weight * (x - mean_x) * (y - mean_y)).sum(1, keepdims=True)
    slope /= (weight * (x - mean_x) ** 2).sum(1, keepdims=True)
    return mean_y - slope * mean_x, slope
