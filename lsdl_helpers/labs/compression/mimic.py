"""Exercises of the chapter compression/mimic."""

from collections.abc import Callable

import torch
from torch import Tensor

from lsdl_helpers.labs.checks import Exercise, Function, Number

MEMBER, SMALL, LARGE = 109_184, 17_024, 68_096  # multiply-adds; 64 and 256 hidden units
MEMBER_PARAMETERS, STUDENT_PARAMETERS = 18_346, 68_362


def _examine_sampler(answer: Callable[[Tensor, int], Tensor]) -> str | None:
    """Let it sample from 50 pictures in which no value occurs twice."""
    pixels = torch.arange(16 * 16)
    images = (torch.arange(50)[:, None] * 256 + pixels).float().view(50, 1, 16, 16)
    points = answer(images.clone(), 400)
    shape = getattr(points, "shape", None)
    if shape != (400, 1, 16, 16):
        return f"400 points of 50 pictures (50, 1, 16, 16) have shape (400, 1, 16, 16), not {shape}"
    points = points.flatten(1)
    if not torch.isin(points, images).all():
        return "every pixel is that of some picture, unchanged"
    if (points % 256 != pixels).any():
        return "a pixel stays in its place: take it from the same row and column of a picture"
    picture = points // 256  # (400, 256): which one a pixel was taken from
    if (picture == picture[:, :1]).all(1).any():
        return "these are whole pictures: draw a picture for each pixel alone"
    if (picture == picture[0]).all():
        return "all points are the same: draw for each point anew"
    return None


def _drawn(images: Tensor, *shape: int) -> Tensor:
    return torch.randint(len(images), shape)


EXERCISES = (
    Exercise(
        title="A smaller student",
        question="One member of the ensemble does 109,184 multiply-adds. How many times more does "
        "the ensemble of 16 do than a student of 256 inputs, 64 hidden units and 10 outputs?",
        hint="a member has 109,184 multiply-adds; the student multiplies 256 × 64 and 64 × 10",
        judge=Number(
            16 * MEMBER / SMALL,
            {
                MEMBER / SMALL: "the ensemble has 16 members",
                16 * MEMBER / LARGE: "that is the student with 256 units",
                16 * MEMBER / (256 * 64): "the second layer multiplies, too",
                SMALL / (16 * MEMBER): "the ensemble's on top",
            },
            tolerance=1e-3,
        ),
        remark="Four times as many as with 256 units: both layers shrink with the units.",
    ),
    Exercise(
        title="RANDOM",
        question="Write the sampler RANDOM, which showed us specks: a function of pictures "
        "(N, 1, 16, 16) and a number n that returns n points, (n, 1, 16, 16). Pixel $p$ of a point "
        "is pixel $p$ of some picture, drawn for this pixel of this point alone.",
        hint="draw n × 256 numbers of pictures by torch.randint; flatten(1) and gather take pixels",
        judge=Function("images and n", _examine_sampler),
        remark="Each pixel is as it should be, and no two have to do with each other.",
        wrong=(
            (lambda images, n: images[_drawn(images, n)], "whole pictures"),
            (lambda images, n: torch.rand(n, *images.shape[1:]), "unchanged"),
            (lambda images, n: images.roll(1, -1)[_drawn(images, n)], "stays in its place"),
            (
                lambda images, n: images.gather(0, _drawn(images, 1, 1, 16, 16)).repeat(n, 1, 1, 1),
                "all points are the same",
            ),
            (lambda images, n: images.flatten(1)[_drawn(images, n)], "not torch.Size"),
        ),
    ),
    Exercise(
        title="One change at a time",
        question="Five equal students are trained. On 500 pictures with labels one gives 70 % "
        "right answers; on the same pictures with the teacher's probabilities, 71 %. On 10,000 "
        "noisy copies of them: with the labels of the pictures 76 %, with the teacher's first "
        "choices 75 %, with its probabilities 84 %. Which share of the gain from 70 to 84 do "
        "probabilities bring over first choices, all else being equal?",
        hint="compare two students that differ in nothing else",
        judge=Number(
            (84 - 75) / (84 - 70),
            {
                (84 - 76) / (84 - 70): "against true labels, the teacher's mistakes change, too",
                (71 - 70) / (84 - 70): "that is what they bring where there are no more points",
                (75 - 70) / (84 - 70): "that is what more points and the teacher's labels bring",
                (84 - 71) / (84 - 70): "against the original pictures, the points change, too",
                9.0: "in parts of the gain",
            },
            tolerance=1e-2,
        ),
        remark="One change at a time: same pictures, same teacher, same steps.",
    ),
    Exercise(
        title="At least how good?",
        question="A teacher gives 94 % right answers. On 10,000 new pictures without labels, a "
        "student gives another answer than the teacher for 600. Assume that the teacher is "
        "right on 94 % of any pictures, these included. What is the lowest percentage of right "
        "answers that the student can have?",
        hint="where both agree they are right or wrong together; put the rest where it hurts most",
        judge=Number(
            88,
            {
                88.36: "the disagreements may all fall on pictures that the teacher gets right",
                100: "that is the highest",
                94: "where it disagrees, the student can be wrong",
                82: "the teacher's errors are counted once",
            },
            tolerance=1e-4,
        ),
        remark="No label of the pictures on which they were compared was needed.",
    ),
    Exercise(
        title="How much was kept?",
        question="Trained on labels, a student gives 73 % right answers; matched, 85 %; its "
        "teacher gives 88 %. Which share of the possible gain did it keep, from 0 to 1?",
        hint="what it gained over training on labels, in parts of what the teacher has over that",
        judge=Number(
            0.8,
            {
                85 / 88: "compare gains, not percentages of right answers",
                0.2: "that is the part that was lost",
                12.0: "in parts of the possible gain",
                15.0: "that is the possible gain",
                15 / 12: "the possible gain is the larger one, and below",
            },
            tolerance=1e-3,
        ),
        remark="Bucilă and others kept 97 % on average, by squared error in place of errors.",
    ),
    Exercise(
        title="1,668 times",
        question="How many members would our ensemble need, so that it has 1,668 times as many "
        "parameters as the student with 256 hidden units, to the nearest whole number? A member "
        "has 18,346, the student 68,362.",
        hint="a member has 18,346 parameters, the student 68,362",
        judge=Number(
            1668 * STUDENT_PARAMETERS / MEMBER_PARAMETERS,
            {
                1668: "the student is not as large as a member",
                447.6: "the student is the larger of the two",
                1668 * 16: "16 members do not give a factor of 1",
            },
            tolerance=1e-3,
        ),
        remark="Nobody would train that many: they would answer no better than a few.",
    ),
)
