import math
import statistics

import pytest

from lsdl_helpers.measure.statistics import mean_and_error, paired_difference


def test_the_error_is_the_deviation_over_the_root():
    values = [3.0, 4.5, 7.0, 1.5]
    mean, error = mean_and_error(values)
    assert mean == statistics.mean(values)
    assert error == pytest.approx(statistics.stdev(values) / math.sqrt(4))


def test_what_pairs_share_cancels():
    assert paired_difference([1.0, 5.0, 30.0], [0.0, 4.0, 29.0]) == (1.0, 0.0)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match=r"shape \(1,\)"):
        mean_and_error([1.0])
    with pytest.raises(ValueError, match="pairs need the same"):
        paired_difference([1.0, 2.0], [1.0, 2.0, 3.0])
