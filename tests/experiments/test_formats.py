"""The stored table of experiments/formats.py: its form, and its shortest row again."""

import pytest

from experiments import formats
from lsdl_helpers.arithmetic import is_x86
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


def test_what_was_rounded_otherwise_has_as_many_seeds():
    for rounding in ("nearest", "stochastic"):
        bits = STORED["settings"][rounding]["fraction_bits"]
        assert list(STORED[rounding]) == list(map(str, bits))
    for part in ("nearest", "stochastic", "fp8"):
        assert all(len(p) == STORED["settings"]["num_seeds"] for p in STORED[part].values())


def test_what_was_trained_slowly_has_the_stores_of_the_settings():
    for training, row in zip(formats.SETTINGS["slow"], STORED["slow"], strict=True):
        assert row | training == row
        for part in ("percents", "largest weight"):
            assert list(row[part]) == training["stores"]
            assert all(len(p) == STORED["settings"]["num_seeds"] for p in row[part].values())
    assert list(STORED["fp16"]) == [str(n) for n in formats.SETTINGS["fp16"]["examples"]]


@pytest.mark.slow
def test_few_steps_give_the_stored_weights_again(reproducibly):
    stored = STORED["slow"][1]
    again = reproducibly("formats", "formats.slow(formats.SETTINGS['slow'][1])")
    for part in ("percents", "largest weight"):
        assert again[part] == (stored[part] if is_x86() else pytest.approx(stored[part], abs=3))


@pytest.mark.slow
def test_a_training_gives_the_stored_accuracies_again(reproducibly):
    stored = STORED["nearest"]["6"]
    again = reproducibly("formats", "formats.percents(6, 0.2, 1000)")
    assert again == (stored if is_x86() else pytest.approx(stored, abs=3))


def test_the_rule_holds_where_rate_times_steps_is_the_same():
    for row in STORED["results"][:3]:
        *_, one_more, predicted = row["percents"].values()
        assert row["learning_rate"] * row["steps"] == pytest.approx(200)
        assert mean(predicted) < 15 < 25 < mean(one_more)
