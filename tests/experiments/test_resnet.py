"""The stored errors of experiments/resnet.py: their form, what the page says, and one again."""

import pytest

from experiments import resnet
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results

STORED = results.load("resnet")


def mean(rows, *wanted):
    (row,) = (row for row in rows if tuple(row.values())[:2] == wanted)
    return sum(row["error"]) / len(row["error"])


def test_the_errors_were_found_with_the_settings_of_the_script():
    assert STORED["settings"] == resnet.SETTINGS
    for part, num_rows in (("by_depth", 4), ("at_110", 3)):
        assert len(STORED[part]) == num_rows
        for row in STORED[part]:
            assert len(row["error"]) == len(resnet.SETTINGS[part]["seeds"])


def test_only_the_plain_network_is_far_worse_where_it_is_deeper():
    rows = STORED["by_depth"]
    assert mean(rows, "plain", 56) > 50 > 10 > mean(rows, "plain", 20)
    assert max(mean(rows, "residual", depth) for depth in (20, 56)) < 4


def test_a_smaller_step_helps_v1_as_much_as_preactivation():
    rows = STORED["at_110"]
    assert mean(rows, "v1", 0.1) > 60
    assert mean(rows, "v1", 0.01) < 40 > mean(rows, "preact", 0.1)


@pytest.mark.slow
def test_a_seed_gives_the_stored_error_again(reproducibly):
    run = resnet.SETTINGS["by_depth"]
    again = reproducibly(
        "resnet", f"resnet.error(20, 0, {run['steps']}, {run['learning_rate']}, residual=False)"
    )
    stored = STORED["by_depth"][0]["error"][0]
    assert again == (stored if is_x86() else pytest.approx(stored, abs=5))
