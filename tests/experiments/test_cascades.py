"""The stored results of experiments/cascades.py: their form, and a first stage trained again."""

import pytest

from experiments import cascades
from lsdl_helpers.data import smiley_windows
from lsdl_helpers.data.results import load
from lsdl_helpers.dynamic import Cascade

STORED = load("cascades")
COSTS = {"quick": 1616, "dense": 12832, "middle": 46416, "large": 2060864}


def test_the_settings_are_those_of_the_script():
    assert STORED["settings"] == cascades.SETTINGS | {"multiply_adds": COSTS}
    assert STORED["made"].keys() == {"date", "processor"}


@pytest.mark.parametrize("run", STORED["seeds"], ids=lambda run: f"seed {run['seed']}")
def test_counts_and_work_fit_together(run):
    for result, names in zip(run["cascades"], cascades.SETTINGS["cascades"], strict=True):
        assert result["stages"] == names
        assert result["left"] == sorted(result["left"], reverse=True)
        done = sum(COSTS[s] * n for s, n in zip(names, result["left"], strict=False))
        assert result["multiply_adds"] == pytest.approx(done / result["left"][0])


def false_positive_rate(result):
    return result["left"][-1] / result["left"][0]


@pytest.mark.parametrize("run", STORED["seeds"], ids=lambda run: f"seed {run['seed']}")
def test_the_claims_of_the_page_hold_in_every_seed(run):
    ordinary, cascade = run["cascades"][0], run["cascades"][2]
    assert COSTS["large"] / cascade["multiply_adds"] > 200
    assert false_positive_rate(cascade) <= 1e-5
    assert false_positive_rate(run["alone"]["hard"]) <= 1e-5
    assert false_positive_rate(ordinary) > 1e-3
    old, new = cascade["left_held_out"], cascade["left"]
    assert new[2] / new[1] > old[2] / old[1]  # the dense stage passes more of new photographs


@pytest.mark.slow
def test_the_first_stage_of_seed_0_passes_as_many_windows_again():
    stored = STORED["seeds"][0]["cascades"][1]["left"]
    settings = cascades.SETTINGS
    stage = cascades.build(["quick", "large"], 0).stages[0]
    held_out = smiley_windows(settings["held_out"], cascades.HELD_OUT, positive=True)
    first = Cascade([stage]).fit(smiley_windows, held_out, [settings["recall"] ** 0.5], seed=0)
    windows = next(cascades.test_negatives(0, settings, settings["chunk"]))
    passed = first.counts(windows)[1] / len(windows)
    assert passed == pytest.approx(stored[1] / stored[0], rel=0.2)
