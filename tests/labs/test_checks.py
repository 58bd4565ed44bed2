"""Every check: its solution, its stub, and wrong answers that get advice."""

import importlib
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from lsdl_helpers.labs import check
from lsdl_helpers.labs.checks import number
from tools.notebook_form import ROOT

LABS = ROOT / "lsdl_helpers" / "labs"
CHAPTERS = [f"{path.parent.name}/{path.stem}" for path in sorted(LABS.glob("*/[a-z]*.py"))]


def name(value):
    """Return a short name that is the same in every process, as pytest-xdist wants it."""
    return getattr(value, "__name__", str(value)[:20])


ANSWERS = {
    chapter: importlib.import_module(f"tests.labs.answers_{chapter.replace('/', '_')}")
    for chapter in CHAPTERS
}
EXERCISES = [
    (f"{chapter}/{k}", solution)
    for chapter, answers in ANSWERS.items()
    for k, solution in answers.SOLUTIONS.items()
]


@pytest.mark.parametrize(("exercise_id", "solution"), EXERCISES, ids=name)
def test_the_solution_is_right(exercise_id, solution, capsys):
    check(exercise_id, solution)
    assert capsys.readouterr().out.startswith("Right. ")


@pytest.mark.parametrize("exercise_id", [exercise_id for exercise_id, _ in EXERCISES])
def test_the_stub_prints_what_is_asked_and_one_hint(exercise_id, capsys):
    check(exercise_id, ...)
    asks, hint = capsys.readouterr().out.splitlines()
    assert asks.startswith(f"Exercise {exercise_id} asks for ")
    assert hint.startswith("Hint: ")


@pytest.mark.parametrize(("exercise_id", "answer", "advice"), [
    (f"{chapter}/{k}", answer, advice)
    for chapter, answers in ANSWERS.items()
    for k, cases in answers.WRONG.items()
    for answer, advice in cases
], ids=name)  # fmt: skip
def test_a_wrong_answer_is_refused_with_advice(exercise_id, answer, advice):
    with pytest.raises(ValueError, match=advice):
        check(exercise_id, answer)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_exercise_has_a_solution_and_three_wrong_answers(chapter):
    exercises = importlib.import_module(f"lsdl_helpers.labs.{chapter.replace('/', '.')}").EXERCISES
    answers = ANSWERS[chapter]
    assert len(exercises) == len(answers.SOLUTIONS) == len(answers.WRONG)
    assert all(len(cases) >= 3 for cases in answers.WRONG.values())


ODD = [
    torch.ones(3), torch.ones((), device="meta"), np.ones(2), pd.Series([1, 2]),
    pd.DataFrame({"item": [1]}), pd.NA, None, "3", 1j, float("nan"), 10**400, -(10**400),
    lambda *_: torch.ones(3), lambda *_: np.ones(2),
]  # fmt: skip


@pytest.mark.parametrize("exercise_id", [exercise_id for exercise_id, _ in EXERCISES])
def test_an_odd_answer_gets_advice(exercise_id):
    for answer in ODD:
        with pytest.raises(ValueError, match=r"^not yet: "):
            check(exercise_id, answer)


@pytest.mark.parametrize("made", [
    torch.tensor, np.array, np.float32, lambda x: torch.tensor([x]), lambda x: pd.Series([x]),
    Fraction,
])  # fmt: skip
def test_a_number_may_be_of_any_kind(made):
    judge = number(0.5, {0.25: "a quarter"})
    assert judge(made(0.5)) is None
    assert judge(made(0.25)) == "a quarter"
    assert judge(made(2.0)) == "2.0 is too large"


def test_a_missing_dependency_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "lsdl_helpers.labs.models.vgg")
    monkeypatch.setitem(sys.modules, "lsdl_helpers.measure", None)  # as if it were not installed
    with pytest.raises(ModuleNotFoundError, match=r"lsdl_helpers\.measure"):
        check("models/vgg/1", 1)


@pytest.mark.parametrize("exercise_id", ["models/vgg/0", "models/vgg/4", "models/vgg/x"])
def test_an_unknown_exercise_lists_the_known(exercise_id):
    with pytest.raises(ValueError, match="there are models/vgg/1, models/vgg/2, models/vgg/3"):
        check(exercise_id, 1)


@pytest.mark.parametrize("chapter", ["models/lenet", "models"])
def test_an_unknown_chapter_is_named(chapter):
    with pytest.raises(ValueError, match=f"no exercises for '{chapter}'"):
        check(f"{chapter}/1", 1)
