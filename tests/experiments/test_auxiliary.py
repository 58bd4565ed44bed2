"""The stored trainings of experiments/auxiliary.py: their form, what the page says, one again."""

from statistics import fmean, median

import pytest

from experiments import auxiliary
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results
from lsdl_helpers.measure import paired_difference
from lsdl_helpers.models.googlenet import TABLE_1

STORED = results.load("auxiliary")
SEEDS = auxiliary.SETTINGS["seeds"]
RATES = {"torch": (6e-4, 2e-3, 6e-3), "xavier": (2e-3,), "he": (0.01, 0.03, 0.1)}


def rows(start, learning_rate, heads, steps=300):
    """The rows of one setting, in the order of seeds."""
    wanted = (start, learning_rate, heads, steps)
    keys = ("start", "learning_rate", "heads", "steps")
    chosen = [row for row in STORED["runs"] if tuple(row[key] for key in keys) == wanted]
    assert [row["seed"] for row in chosen] == SEEDS
    return chosen


def errors(*setting, **options):
    return [row["test_error"] for row in rows(*setting, **options)]


def heads_change(start, learning_rate, value=lambda row: row["test_error"]):
    """With heads minus without: mean over seeds, and standard error."""
    on, off = ([value(r) for r in rows(start, learning_rate, heads)] for heads in (True, False))
    return paired_difference(on, off)


def norms(start, learning_rate, heads, step, layer):
    return median(row["norms"][step][layer] for row in rows(start, learning_rate, heads))


def test_the_trainings_are_those_of_the_script():
    assert STORED["settings"] == auxiliary.SETTINGS
    assert len(STORED["runs"]) == sum(
        len(run["heads"]) * len(SEEDS) for run in auxiliary.SETTINGS["runs"]
    )
    assert len(SEEDS) >= 5
    for row in STORED["runs"]:
        assert len(row["loss"]) == row["steps"] / 20
        assert all(list(n) == ["conv1", *TABLE_1, "fc"] for n in row.get("norms", {}).values())


def test_the_claim_of_2014_holds_in_one_setting():
    mean, error = heads_change("torch", 2e-3)
    assert mean < -20
    assert mean < -5 * error
    assert all(on < off for on, off in zip(errors("torch", 2e-3, True),
                                           errors("torch", 2e-3, False), strict=True))  # fmt: skip


@pytest.mark.parametrize("steps", [60, 100, 140, 160, 180, 200])
def test_heads_do_not_shorten_the_plateau(steps):
    mean, error = heads_change("torch", 2e-3, lambda row: row["loss"][steps // 20 - 1])
    assert abs(mean) < max(1.5 * error, 0.01)


def test_heads_lower_the_loss_after_it():
    mean, error = heads_change("torch", 2e-3, lambda row: row["loss"][-1])
    assert mean < -0.3
    assert mean < -5 * error


@pytest.mark.parametrize("rate", [6e-4, 6e-3])
def test_at_other_rates_heads_change_nothing_that_is_clear(rate):
    mean, error = heads_change("torch", rate)
    assert abs(mean) < error


def test_no_rate_without_heads_reaches_what_heads_give():
    best = min(fmean(errors("torch", rate, False)) for rate in RATES["torch"])
    assert best > 60 > 45 > fmean(errors("torch", 2e-3, True))


def test_twice_the_steps_without_heads_reach_it():
    mean, error = paired_difference(errors("torch", 2e-3, False, 600), errors("torch", 2e-3, True))
    assert abs(mean) < error


def test_a_better_start_does_more_than_heads():
    mean, error = paired_difference(errors("xavier", 2e-3, False), errors("torch", 2e-3, False))
    assert mean < -30
    assert mean < -5 * error
    assert fmean(errors("xavier", 2e-3, False)) < fmean(errors("torch", 2e-3, True))
    mean, error = heads_change("xavier", 2e-3)
    assert -2 * error < mean < 0, "what heads add to it is not clear"


def test_the_gradient_below_the_heads_grows_and_above_them_stays():
    def ratio(layer, start, rate):
        return norms(start, rate, True, "0", layer) / norms(start, rate, False, "0", layer)

    for layer in ("conv1", "3a", "3b", "4a"):
        assert ratio(layer, "torch", 2e-3) > 100
        assert 2 < ratio(layer, "xavier", 2e-3) < 4
        assert ratio(layer, "he", 0.03) == pytest.approx(1, abs=0.05)
    for layer in ("4b", "4c", "4d"):
        assert 2 < ratio(layer, "torch", 2e-3) < 5
    for layer in ("4e", "5a", "5b", "fc"):
        assert ratio(layer, "torch", 2e-3) == pytest.approx(1, rel=1e-3)


def test_the_gradient_vanishes_under_torchs_start_alone():
    assert norms("torch", 2e-3, False, "0", "conv1") < 1e-4 * norms("torch", 2e-3, False, "0", "fc")
    for start, rate in (("xavier", 2e-3), ("he", 0.03)):
        assert norms(start, rate, False, "0", "conv1") > 0.1 * norms(start, rate, False, "0", "fc")


@pytest.mark.parametrize("rate", RATES["he"])
@pytest.mark.parametrize("steps", [60, 100, 300])
def test_with_batch_norm_heads_are_worth_little_at_any_time(rate, steps):
    mean, error = heads_change("he", rate, lambda row: row["loss"][steps // 20 - 1])
    if rate == 0.1 and steps > 60:
        assert 2 * error < -mean < 0.04, "the largest step: just clear, and small"
    else:
        assert abs(mean) < 1.5 * error


@pytest.mark.parametrize("rate", RATES["he"])
def test_with_batch_norm_heads_change_no_test_error_and_the_rate_does(rate):
    mean, error = heads_change("he", rate)
    assert abs(mean) < 1.5 * error
    assert fmean(errors("he", 0.1, False)) < fmean(errors("he", 0.03, True))


@pytest.mark.slow
def test_a_pair_gives_the_stored_rows_again(reproducibly):
    run, seed = auxiliary.SETTINGS["runs"][0], SEEDS[0]
    for heads in (False, True):
        again = reproducibly(
            "auxiliary", f"auxiliary.train(**{ {**run, 'heads': heads, 'seed': seed} })"
        )
        stored = rows("torch", 2e-3, heads)[0]
        if is_x86():
            assert again == stored
        else:
            assert again["loss"][:3] == pytest.approx(stored["loss"][:3], abs=0.05)
