import numpy as np
import pytest
from scipy import stats

from lsdl_helpers.measure import bootstrap, mean_and_error, paired_difference

VALUES = np.random.default_rng(1).lognormal(size=30)


def test_mean_and_error_are_those_of_scipy():
    mean, error = mean_and_error(VALUES)
    assert mean == pytest.approx(np.mean(VALUES))
    assert error == pytest.approx(stats.sem(VALUES))


def test_what_a_seed_does_to_both_cancels():
    shifted = VALUES + np.random.default_rng(2).normal(0.5, 0.01, 30)
    mean, error = paired_difference(shifted, VALUES)
    assert mean == pytest.approx(0.5, abs=0.01)
    assert error == pytest.approx(stats.sem(shifted - VALUES))
    assert error < mean_and_error(VALUES)[1] / 20


@pytest.mark.parametrize("n", [30, 3000])  # drawn in one batch, in two
def test_the_interval_is_that_of_the_definition(n):
    values = np.random.default_rng(1).lognormal(size=n)
    draws = np.random.default_rng(3).integers(n, size=(400, n))
    expected = np.quantile(np.median(values[draws], axis=1), [0.05, 0.95])
    interval = bootstrap(values, np.median, confidence=0.9, num_resamples=400, seed=3)
    assert interval == pytest.approx(expected, rel=1e-12)


def test_rows_are_drawn_whole_and_a_seed_repeats():
    rows = np.stack([VALUES, VALUES + 1], axis=1)  # within a row always 1 apart
    low, high = bootstrap(rows, lambda drawn: (drawn[:, 1] - drawn[:, 0]).mean())
    assert (low, high) == pytest.approx((1, 1))
    assert bootstrap(VALUES, np.mean) == bootstrap(VALUES, np.mean)
    assert bootstrap(VALUES, np.mean) != bootstrap(VALUES, np.mean, seed=1)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: mean_and_error([1.0]), r"shape \(1,\); allowed"),
    (lambda: mean_and_error([[1.0, 2.0]]), r"shape \(1, 2\); allowed"),
    (lambda: paired_difference([1.0, 2.0], [1.0]), r"shapes \(2,\) and \(1,\)"),
    (lambda: bootstrap([1.0], np.mean), "at least two rows"),
    (lambda: bootstrap(VALUES, np.mean, confidence=95), "confidence=95"),
    (lambda: bootstrap(VALUES, np.mean, num_resamples=0), "num_resamples=0"),
])  # fmt: skip
def test_a_mistake_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
