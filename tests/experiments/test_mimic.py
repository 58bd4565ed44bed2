"""The stored studies of the chapter compression/mimic: a short run of each, what was found."""

import functools

import pytest

from experiments import mimic, mimic_search
from lsdl_helpers.compression import Ensemble, autoencoder_points, convolutional, perceptron
from lsdl_helpers.data import results
from lsdl_helpers.measure import cost

SHORT = {"labels": 200, "points": 400, "test": 300, "members": 2, "teacher_steps": 200,
         "student_steps": 40}  # fmt: skip


@pytest.fixture
def short(monkeypatch):
    """What SHORT leaves long."""
    few = functools.partial(autoencoder_points, steps=20)
    monkeypatch.setitem(mimic.SAMPLERS, "autoencoder", few)


def column(name):
    return [seed[name] for seed in results.load("mimic")["seeds"].values()]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "module", "settings", "num_seeds"), [
    ("mimic", mimic, mimic.SETTINGS, 5),
    ("mimic_search", mimic_search, mimic_search.SEARCH, 5),
])  # fmt: skip
def test_a_short_run_gives_what_is_stored(name, module, settings, num_seeds, short):
    percents = module.one_seed(7, settings | SHORT)
    stored = results.load(name)
    assert stored["settings"] == settings
    assert len(stored["seeds"]) >= num_seeds
    left_out = {f"ensemble of {k}" for k in (4, 8, 16)}
    assert all(seed.keys() - left_out == percents.keys() for seed in stored["seeds"].values())
    assert all(0 <= percent <= 100 for percent in percents.values())
    assert percents["ensemble of 2" if name == "mimic" else "teacher"] > 20  # chance is 10


def test_what_is_stored_is_not_computed_again(tmp_path):
    out = tmp_path / "study.json"
    asked = []
    for seeds, settings in (([0, 1], {"n": 1}), ([1, 2], {"n": 1}), ([2], {"n": 2})):
        mimic.store_each(lambda seed, s: asked.append((seed, s["n"])) or {}, seeds, settings, out)
    assert asked == [(0, 1), (1, 1), (2, 1), (2, 2)]


def test_both_studies_had_the_same_teachers():
    search = results.load("mimic_search")["seeds"]
    for seed, percent in results.load("mimic")["seeds"].items():
        if seed in search:
            assert search[seed]["teacher"] == pytest.approx(percent["ensemble of 16"], abs=0.02)


def test_matching_on_noise_gains_five_points_in_every_seed():
    labels, matched = column("labels"), column("noise")
    assert min(b - a for a, b in zip(labels, matched, strict=True)) >= 5


def test_the_student_has_a_twelfth_of_the_multiply_adds():
    shape = (1, 1, 16, 16)
    teacher = cost(Ensemble([convolutional(dropout=0.5) for _ in range(16)]), shape)
    assert teacher.multiply_adds / cost(perceptron(), shape).multiply_adds > 12
