"""The stored table of experiments/formats.py: its form, and its shortest row again."""

import formats
import pytest

from lsdl_helpers.data import results

STORED = results.load("formats")


def mean(percents):
    return sum(percents) / len(percents)


def test_the_table_was_made_with_the_settings_of_the_script():
    assert STORED["settings"] == formats.SETTINGS
    for training, row in zip(STORED["settings"]["trainings"], STORED["results"], strict=True):
        assert row | training == row
        assert list(row["percents"]) == ["float32", *map(str, training["fraction_bits"])]
        assert all(len(p) == STORED["settings"]["num_seeds"] for p in row["percents"].values())


@pytest.mark.parametrize(("stored_in", "tolerance"), [("float32", 0.5), ("6", 1), ("4", 3)])
def test_the_shortest_training_gives_the_stored_accuracy_again(stored_in, tolerance):
    row = STORED["results"][0]
    f = None if stored_in == "float32" else int(stored_in)
    again = formats.percents(f, row["learning_rate"], row["steps"])
    assert mean(again) == pytest.approx(mean(row["percents"][stored_in]), abs=tolerance)


def test_the_rule_holds_where_rate_times_steps_is_the_same():
    for row in STORED["results"][:3]:
        *_, one_more, predicted = row["percents"].values()
        assert row["learning_rate"] * row["steps"] == pytest.approx(200)
        assert mean(predicted) < 15 < 25 < mean(one_more)
