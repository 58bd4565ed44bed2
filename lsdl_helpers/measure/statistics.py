"""Statistics of repeated measurements: mean and standard error, paired difference, bootstrap."""

from collections.abc import Callable, Sequence

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


def bootstrap(
    values: Sequence,
    statistic: Callable[[np.ndarray], float],
    *,
    confidence: float = 0.95,
    num_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the bootstrap interval of a statistic of whole rows, by percentiles.

    As scipy's, which resamples numbers, where here a row may be a repetition with several. With
    few repetitions it is somewhat too narrow, and it knows only of what differed between them.

    Args:
        values: (n, …), a row a repetition, at least two; rows are drawn with replacement.
        statistic: takes an array like ``values`` and returns a number.
        confidence: part of the resampled statistics that the interval holds, between 0 and 1.
        num_resamples: how often n rows are drawn, at least 1.
        seed: of the draws.

    Raises:
        ValueError: for fewer than two rows, no resample, or another confidence.

    Source: Efron, B. (1979), Bootstrap methods: another look at the jackknife.

    >>> import numpy as np
    >>> bootstrap([1.0, 2.0, 3.0], np.mean)
    (1.0, 3.0)
    """
    rows = np.asarray(values, dtype=float)
    if rows.ndim == 0 or len(rows) < 2:
        raise ValueError(f"values of shape {rows.shape}; allowed: at least two rows")
    if not 0 < confidence < 1 or num_resamples < 1:
        raise ValueError(
            f"confidence={confidence}, num_resamples={num_resamples}; allowed: between 0 and 1, "
            "and at least 1"
        )
    from scipy import stats  # late: it takes half a second

    result = stats.bootstrap(
        (np.arange(len(rows)),),
        lambda drawn: float(statistic(rows[drawn])),
        vectorized=False,
        method="percentile",
        confidence_level=confidence,
        n_resamples=num_resamples,
        batch=max(1, 10**6 // len(rows)),  # of 8 MB
        random_state=np.random.default_rng(seed),
    )
    return tuple(map(float, result.confidence_interval))
