"""Every exercise: its stub, its right number, and wrong answers that get advice."""

import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from lsdl_helpers.labs import check, exercises
from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number
from tools.notebook_form import ROOT

LABS = ROOT / "lsdl_helpers" / "labs"
CHAPTERS = [f"{path.parent.name}/{path.stem}" for path in sorted(LABS.glob("*/[a-z]*.py"))]
EXERCISES = {
    f"{chapter}/{k}": exercise
    for chapter in CHAPTERS
    for k, exercise in enumerate(exercises(chapter), start=1)
}
for_each = pytest.mark.parametrize("name", EXERCISES)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_has_three_to_six_exercises(chapter):
    assert len(exercises(chapter)) in range(3, 7)


@for_each
def test_the_stub_prints_what_is_asked_and_one_hint(name, capsys):
    check(name, ...)
    asks, hint = capsys.readouterr().out.splitlines()
    assert asks.startswith(f"Exercise {name.rpartition('/')[2]}: ")  # as on the page
    assert hint == f'For a hint: check("{name}", "hint")'
    check(name, "hint")
    assert capsys.readouterr().out == f"Hint: {EXERCISES[name].hint}\n"


def test_a_question_has_a_sentence_that_asks():
    with pytest.raises(ValueError, match="'Statement' asks nothing; allowed: a sentence with"):
        _ = Exercise("Statement", "Two and two make four.", "", HALF, "").asks


def test_a_right_answer_prints_the_remark(capsys):
    exercise = EXERCISES["models/vgg/1"]
    check("models/vgg/1", exercise.judge.expected)
    assert capsys.readouterr().out == f"Right. {exercise.remark}\n"


@for_each
def test_three_wrong_answers_are_refused_each_with_its_own_advice(name):
    """No slip lies within the tolerance of the right number, or of a slip listed before it."""
    judge = EXERCISES[name].judge
    slips = getattr(judge, "slips", {})
    assert {slip: judge(slip) for slip in slips} == slips
    for answer, advice in EXERCISES[name].wrong:
        assert advice in judge(answer)
    assert len(slips) + len(EXERCISES[name].wrong) >= 3


ODD = [
    torch.ones(3), torch.ones((), device="meta"), np.ones(2), pd.Series([1, 2]),
    pd.DataFrame({"item": [1]}), pd.NA, None, "3", 1j, float("nan"),
]  # fmt: skip
HALF = Number(0.5, {0.25: "a quarter"})
SQUARES = Function("x", Cases([((2,), 4, "a square"), ((3,), 9, "of any number")]))
NAMES = Function("a list", Cases([((["a", "b"],), ["b", "a"], "from the end")]))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_an_odd_answer_gets_advice(odd):
    assert HALF(odd) == f"the answer is a number, not {odd!r}"
    assert SQUARES(odd) == f"the answer is a function of x, not {type(odd).__name__}"
    assert SQUARES(lambda x: odd) == f"f(2) gives {odd!r} instead of 4; a square"
    assert NAMES(lambda names: odd).endswith(" instead of ['b', 'a']; from the end")


@pytest.mark.parametrize("made", [
    torch.tensor, np.array, np.float32, lambda x: torch.tensor([x]), lambda x: pd.Series([x]),
    Fraction,
])  # fmt: skip
def test_a_number_may_be_of_any_kind(made):
    assert HALF(made(0.5)) is SQUARES(lambda x: made(float(x * x))) is None
    assert HALF(made(0.25)) == "a quarter"
    assert HALF(made(2.0)) == "2.0 is too large"


def test_a_number_may_be_off_by_any_amount():
    assert [HALF(x) for x in (0.4, 1)] == ["0.4 is too small", "1 is too large"]
    assert [HALF(x) for x in (-(10**400), 10**400)] == ["-inf is too small", "inf is too large"]


@pytest.mark.parametrize(("judge", "answer", "advice"), [
    (SQUARES, lambda x: x * x, None),
    (SQUARES, lambda x: 2 * x, "f(3) gives 6 instead of 9; of any number"),
    (SQUARES, lambda x: 4 / (3 - x), "f(3) raises ZeroDivisionError('division by zero'); of any"),
    (NAMES, lambda names: reversed(names), None),
    (NAMES, lambda names: [names.pop()], "f(['a', 'b']) gives ['b'] instead of ['b', 'a']"),
    (Function("x", lambda answer: answer() and None), lambda: 1 / 0, "it raises ZeroDivisionError"),
])  # fmt: skip
def test_a_function_is_tried_until_it_fails(judge, answer, advice):
    what_is_wrong = judge(answer)
    assert what_is_wrong is advice or what_is_wrong.startswith(advice)


def test_a_missing_dependency_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "lsdl_helpers.labs.models.vgg")
    monkeypatch.setitem(sys.modules, "lsdl_helpers.labs.checks", None)  # as if it were not there
    with pytest.raises(ModuleNotFoundError, match=r"lsdl_helpers\.labs\.checks"):
        check("models/vgg/1", 1)


def test_a_wrong_answer_raises():
    with pytest.raises(ValueError, match=r"^not yet: the convolutions stay"):
        check("models/vgg/1", 513_000)


@pytest.mark.parametrize("exercise_id", ["models/vgg/0", "models/vgg/5", "models/vgg/x"])
def test_an_unknown_exercise_lists_the_known(exercise_id):
    with pytest.raises(ValueError, match=r"there are models/vgg/1, .*models/vgg/4$"):
        check(exercise_id, 1)


@pytest.mark.parametrize("chapter", ["models/lenet", "models"])
def test_an_unknown_chapter_is_named(chapter):
    with pytest.raises(ValueError, match=f"no exercises for '{chapter}'"):
        check(f"{chapter}/1", 1)
