"""The stored table of experiments/scaling_law.py: its form, and one of its numbers again."""

import pytest
import scaling_law

from lsdl_helpers.data import results

STORED = results.load("scaling_law")


def test_the_table_was_made_with_the_settings_of_the_script():
    assert STORED["settings"] == scaling_law.SETTINGS
    widths = STORED["settings"]["widths"]
    assert STORED["parameters"] == [293 * width + 36 for width in widths]
    assert len(STORED["loss"]) == STORED["settings"]["seeds"]
    assert all(len(row) == len(widths) for row in STORED["loss"])
    more = STORED["settings"]["more_pictures"]
    assert len(STORED["loss_with_more_pictures"]) == more["seeds"]


def test_a_seed_gives_the_stored_loss_again():
    width = 64
    again = scaling_law.run_seed(0, STORED["settings"] | {"widths": [width]})
    stored = STORED["loss"][0][STORED["settings"]["widths"].index(width)]
    assert again == [pytest.approx(stored, rel=0.05)]  # other processors round otherwise
