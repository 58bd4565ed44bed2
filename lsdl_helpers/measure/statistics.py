"""What repeated measurements say: a mean and its error, a difference."""

from collections.abc import Sequence

import numpy as np


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its standard error, the standard deviation over the root of n.

    The standard deviation is the one with n - 1 in the denominator.

    Args:
        values: one number a repetition, at least two.

    Raises:
        ValueError: for fewer than two values, or anything but a flat list of numbers.

    >>> mean_and_error([1.0, 2.0, 3.0])
    (2.0, 0.5773502691896258)
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or len(numbers) < 2:
        raise ValueError(f"values of shape {numbers.shape}; allowed: a flat list of at least two")
    return float(numbers.mean()), float(numbers.std(ddof=1) / len(numbers) ** 0.5)


def paired_difference(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    """Return the mean of a - b and its standard error, where a[k] and b[k] share a seed.

    What a seed does to both alike cancels, so the error is often far below that of either mean.

    Raises:
        ValueError: if the two differ in length, and as :func:`mean_and_error`.

    >>> paired_difference([10.0, 20.0, 30.0], [9.0, 19.0, 29.0])
    (1.0, 0.0)
    """
    first, second = (np.asarray(values, dtype=float) for values in (a, b))
    if first.shape != second.shape:
        raise ValueError(f"shapes {first.shape} and {second.shape}; pairs need the same")
    return mean_and_error(first - second)
