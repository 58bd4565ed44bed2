import numpy as np
import pytest

from lsdl_helpers.dynamic import expected_cost, precision_at


def test_expected_cost_is_the_mean_over_windows():
    rates, costs = [0.3, 0.5, 0.9], [2.0, 7.0, 40.0]
    random = np.random.default_rng(0)
    passes = random.random((200_000, 3)) < rates
    reached = np.cumprod(np.column_stack([np.ones(len(passes)), passes[:, :-1]]), axis=1)
    simulated = (reached * costs).sum(1).mean()
    assert expected_cost(costs, rates) == pytest.approx(simulated, rel=0.01)


def test_a_stage_pays_if_it_rejects_more_than_its_share_of_the_next_cost():
    for rate in (0.85, 0.95):
        pays = expected_cost([10, 100], [rate, 1]) < expected_cost([100], [1])
        assert pays == (1 - rate > 10 / 100)


@pytest.mark.parametrize("rates", [[0.1], [0.1, 1.1], [-0.1, 0.5]])
def test_rates_that_cannot_be_are_refused(rates):
    with pytest.raises(ValueError, match="pass rates"):
        expected_cost([1, 2], rates)


def test_precision_is_the_share_of_right_alarms():
    windows, objects, accepted, alarms = 10_000, 10, 9, 27
    precision = precision_at(objects / windows, accepted / objects, alarms / (windows - objects))
    assert precision == pytest.approx(accepted / (accepted + alarms))


@pytest.mark.parametrize("rates", [(0.1, 0.0, 0.0), (1.2, 0.5, 0.5)])
def test_precision_of_nothing_is_refused(rates):
    with pytest.raises(ValueError, match=r"no precision|from 0 to 1"):
        precision_at(*rates)
