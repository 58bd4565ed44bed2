"""The stored table of experiments/scaling_law.py: its form, and one of its numbers again."""

import pytest

from experiments import scaling_law
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results

STORED = results.load("scaling_law")


def test_the_table_was_made_with_the_settings_of_the_script():
    assert STORED["settings"] == scaling_law.SETTINGS
    assert set(STORED["made"]) == {"date", "processor"}
    widths = STORED["settings"]["widths"]
    assert STORED["parameters"] == [293 * width + 36 for width in widths]
    assert len(STORED["loss"]) == STORED["settings"]["seeds"]
    assert all(len(row) == len(widths) for row in STORED["loss"])
    more = STORED["settings"]["more_pictures"]
    assert len(STORED["loss_with_more_pictures"]) == more["seeds"]


def test_the_widest_network_is_one_of_its_kind_and_takes_twins_for_each_other():
    ten, one = STORED["loss"], STORED["widest"]
    widest = [row[-1] for row in ten]
    assert min(widest) - 0.01 < one["loss"] < max(widest) + 0.01
    assert one["twins"] > 2 * one["other_mistakes"]
    assert 2.5 < one["loss_on_alike"] / one["loss"] < 3


@pytest.mark.slow
def test_a_seed_gives_the_stored_loss_again(reproducibly):
    width = 64
    one = f"scaling_law.run_seed(0, scaling_law.SETTINGS | {{'widths': [{width}]}})"
    (again,) = reproducibly("scaling_law", one)
    stored = STORED["loss"][0][STORED["settings"]["widths"].index(width)]
    assert again == pytest.approx(stored, abs=6e-6 if is_x86() else 0.02)
