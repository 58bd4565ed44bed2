import math

import pytest
import torch

from lsdl_helpers.labs import check
from lsdl_helpers.labs.models.vgg import EXERCISES


def receptive_field(layers):
    field, distance = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * distance
        distance *= stride
    return field


def without_strides(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


def stride_too_early(layers):
    field, distance = 1, 1
    for kernel, stride in layers:
        distance *= stride
        field += (kernel - 1) * distance
    return field


SOLUTIONS = {1: 15_227_688, 2: 3.976, 3: receptive_field}
WRONG = {
    1: [
        (15_226_688, "biases"),
        (14_714_688, "the new layer has parameters"),
        (513_000, "the convolutions stay"),
        (39_803_688, "one value a channel"),
        (15_223_464, "the convolutions have biases"),
        (138_357_544, "too large"),
        ("many", "is a number, not 'many'"),
    ],
    2: [
        (4, "do all layers"),
        (2, "how many positions"),
        (16, "the same work"),
        (1, "positions"),
        (3.9, "too small"),
        (math.nan, "is a number, not nan"),
    ],
    3: [
        (lambda layers: 3, "each further 3x3"),
        (without_strides, "after a stride of 2"),
        (stride_too_early, "instead of 6"),
        (7, "is a function"),
        (lambda a, b: 1, "raises TypeError"),
    ],
}


@pytest.mark.parametrize("number", SOLUTIONS)
def test_the_solution_is_right(number, capsys):
    check(f"models/vgg/{number}", SOLUTIONS[number])
    assert capsys.readouterr().out == f"Right. {EXERCISES[number - 1].right}\n"


@pytest.mark.parametrize("number", SOLUTIONS)
def test_the_stub_prints_what_is_asked_and_one_hint(number, capsys):
    check(f"models/vgg/{number}", ...)
    asks, hint = capsys.readouterr().out.splitlines()
    assert EXERCISES[number - 1].asks in asks
    assert hint.startswith("Hint: ")


@pytest.mark.parametrize(("number", "answer", "advice"), [
    (number, answer, advice) for number, cases in WRONG.items() for answer, advice in cases
])  # fmt: skip
def test_a_wrong_answer_is_refused_with_advice(number, answer, advice):
    with pytest.raises(ValueError, match=advice):
        check(f"models/vgg/{number}", answer)


def test_every_exercise_has_a_solution_and_three_wrong_answers():
    assert len(EXERCISES) == len(SOLUTIONS) == len(WRONG)
    assert all(len(cases) >= 3 for cases in WRONG.values())


@pytest.mark.parametrize("exercise_id", ["models/vgg/0", "models/vgg/4", "models/vgg/x"])
def test_an_unknown_exercise_lists_the_known(exercise_id):
    with pytest.raises(ValueError, match="there are models/vgg/1, models/vgg/2, models/vgg/3"):
        check(exercise_id, 1)


@pytest.mark.parametrize("chapter", ["models/lenet", "models"])
def test_an_unknown_chapter_is_named(chapter):
    with pytest.raises(ValueError, match=f"no exercises for '{chapter}'"):
        check(f"{chapter}/1", 1)


def test_a_number_out_of_a_tensor_counts():
    check("models/vgg/1", torch.tensor(15_227_688))
