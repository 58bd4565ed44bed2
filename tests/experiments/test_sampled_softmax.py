"""The stored biases of experiments/sampled_softmax.py: their form, what they say, one again."""

from itertools import pairwise

import pytest

from experiments import sampled_softmax
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results

STORED = results.load("sampled_softmax")
SETTINGS = sampled_softmax.SETTINGS
SAMPLES = SETTINGS["samples"]


def column(model, method, key):
    """What was stored under a key, by number of samples."""
    rows = [row for row in STORED["models"][model]["rows"] if row["method"] == method]
    assert [row["samples"] for row in rows] == SAMPLES
    return [row[key] for row in rows]


def bias(model, method):
    return [max(value, 0.0) ** 0.5 for value in column(model, method, "squared")]


def falls(values):
    return all(a > b for a, b in pairwise(values))


def test_the_rows_are_those_of_the_script():
    assert STORED["settings"] == SETTINGS
    assert list(STORED["models"]) == SETTINGS["models"]
    for model in SETTINGS["models"]:
        for method in SETTINGS["methods"]:
            assert all(value > 0 for value in column(model, method, "noise"))


def test_training_taught_the_network_its_language():
    before, after = (STORED["models"][name]["softmax"] for name in ("untrained", "trained"))
    assert before["loss"] > 9
    assert after["loss"] < 6
    assert after["loss"] == pytest.approx(after["entropy"], abs=0.2), "it is as sure as it is right"
    assert before["spread_of_logits"] < 0.2 < 1 < after["spread_of_logits"]


@pytest.mark.parametrize("model", ["toy", "trained"])
def test_corrected_the_bias_falls_at_the_end_like_one_over_the_samples(model):
    found, error = bias(model, "corrected"), column(model, "corrected", "squared_error")
    assert falls(found)
    assert 3 < found[3] / found[4] < 4.5
    assert found[0] / found[1] < 3, "not yet"
    assert all(b**2 > 10 * e for b, e in zip(found[:3], error[:3], strict=True))


@pytest.mark.parametrize("model", ["toy", "trained"])
def test_the_bias_is_predicted_and_for_few_samples_too_low(model):
    ratios = [
        predicted / found
        for predicted, found in zip(
            column(model, "corrected", "predicted"), bias(model, "corrected"), strict=True
        )
    ]
    assert ratios[-1] == pytest.approx(1, abs=0.1)
    assert all(0.6 < ratio < 1.1 for ratio in ratios)
    first_order = column(model, "corrected", "first_order")
    assert first_order[0] > 2.5 * bias(model, "corrected")[0], "the delta method needs many"
    assert first_order[-1] == pytest.approx(bias(model, "corrected")[-1], rel=0.2)


@pytest.mark.parametrize("model", SETTINGS["models"])
@pytest.mark.parametrize("method", ["corrected", "uniform", "unique", "unique, target too"])
def test_noise_falls_and_exceeds_the_bias(model, method):
    noise = column(model, method, "noise")
    assert falls(noise)
    if SETTINGS["methods"][method]["corrects"] == "samples":
        assert all(b < n for b, n in zip(bias(model, method)[1:], noise[1:], strict=True)) or (
            (model, method) == ("trained", "uniform")
        )


@pytest.mark.parametrize("model", SETTINGS["models"])
def test_noise_is_predicted_for_many_samples(model):
    noise, predicted = (column(model, "corrected", k) for k in ("noise", "first_order_noise"))
    assert noise[-1] == pytest.approx(predicted[-1], rel=0.06)
    assert noise[-2] / noise[-1] == pytest.approx(2, rel=0.1), "a square root"


@pytest.mark.parametrize("model", ["toy", "trained"])
def test_what_more_samples_do_not_cure(model):
    for method in ("target too", "uncorrected"):
        found, lasting = bias(model, method), column(model, method, "lasting")
        assert found[1:] == pytest.approx(lasting[1:], rel=0.12)
        assert found[-1] == pytest.approx(lasting[-1], rel=0.005)
        assert found[-1] > found[2], "it grows again"
    assert min(bias(model, "target too")) > 0.1
    assert min(bias(model, "uncorrected")) > 0.4


@pytest.mark.parametrize("model", ["toy", "trained"])
def test_unique_samples_are_better_and_with_them_the_target_may_be_corrected(model):
    corrected, unique = bias(model, "corrected"), bias(model, "unique")
    assert all(u < c for u, c in zip(unique, corrected, strict=True))
    assert unique[3] < 0.5 * corrected[3]
    both = bias(model, "unique, target too")
    assert falls(both)
    assert both[0] > 2 * unique[0]
    assert both[-1] < 0.002


def test_the_sampler_that_suits_the_words_depends_on_the_model():
    for model in ("toy", "trained"):
        assert all(
            u > 1.8 * c
            for u, c in zip(bias(model, "uniform"), bias(model, "corrected"), strict=True)
        )
    uniform, zipfian = (column("untrained", m, "noise") for m in ("uniform", "corrected"))
    assert all(u < 0.6 * z for u, z in zip(uniform, zipfian, strict=True))
    assert max(bias("untrained", "corrected") + bias("untrained", "uniform")) < 0.006


@pytest.mark.slow
def test_a_row_comes_out_again(reproducibly):
    call = "sampled_softmax.row(sampled_softmax.model('toy')[0], 'corrected', 64, {})"
    again = reproducibly("sampled_softmax", call.format(SETTINGS["num_estimates"]))
    stored = next(
        row
        for row in STORED["models"]["toy"]["rows"]
        if (row["method"], row["samples"]) == ("corrected", 64)
    )
    if is_x86():
        assert again == stored
    else:
        assert again["noise"] == pytest.approx(stored["noise"], rel=0.1)
