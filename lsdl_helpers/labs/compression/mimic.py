"""Exercises of the chapter compression/mimic."""

from collections.abc import Callable

import torch
from torch import Tensor

from lsdl_helpers.labs.checks import Exercise, number

MEMBER, SMALL, LARGE = 109_184, 17_024, 68_096  # multiply-adds; 64 and 256 hidden units
MEMBER_PARAMETERS, STUDENT_PARAMETERS = 18_346, 68_362


def _judge_sampler(answer: Callable[[Tensor, int], Tensor]) -> str | None:
    """Let it sample from 50 pictures in which no value occurs twice."""
    if not callable(answer):
        return f"the answer is a function of images and n, not {type(answer).__name__}"
    pixels = torch.arange(16 * 16)
    images = (torch.arange(50)[:, None] * 256 + pixels).float().view(50, 1, 16, 16)
    try:
        points = answer(images.clone(), 400)
    except Exception as error:
        return f"it raises {error!r}"
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


EXERCISES = (
    Exercise(
        asks="multiply-adds of the ensemble over those of a student with 64 hidden units",
        hint="a member has 109,184 multiply-adds; the student multiplies 256 × 64 and 64 × 10",
        judge=number(
            16 * MEMBER / SMALL,
            {
                MEMBER / SMALL: "the ensemble has 16 members",
                16 * MEMBER / LARGE: "that is the student with 256 units",
                16 * MEMBER / (256 * 64): "the second layer multiplies, too",
                SMALL / (16 * MEMBER): "the ensemble's on top",
            },
            tolerance=1e-3,
        ),
        right="Four times as many as with 256 units: both layers shrink with the units.",
    ),
    Exercise(
        asks="a function that takes images (N, 1, 16, 16) and n, and returns n points of RANDOM",
        hint="draw n × 256 numbers of pictures by torch.randint; flatten(1) and gather take pixels",
        judge=_judge_sampler,
        right="Each pixel is as it should be, and no two have to do with each other.",
    ),
    Exercise(
        asks="the share of the gain that the probabilities brought",
        hint="compare two students that differ in nothing else",
        judge=number(
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
        right="One change at a time: same pictures, same teacher, same steps.",
    ),
    Exercise(
        asks="the lowest percentage of right answers that the student can have",
        hint="where both agree they are right or wrong together; put the rest where it hurts most",
        judge=number(
            88,
            {
                88.36: "the disagreements may all fall on pictures that the teacher gets right",
                100: "that is the highest",
                94: "where it disagrees, the student can be wrong",
                82: "the teacher's errors are counted once",
            },
            tolerance=1e-4,
        ),
        right="No label of the pictures on which they were compared was needed.",
    ),
    Exercise(
        asks="the share of the possible gain that the student kept",
        hint="what it gained over training on labels, in parts of what the teacher has over that",
        judge=number(
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
        right="Bucilă and others kept 97 % on average, by squared error in place of errors.",
    ),
    Exercise(
        asks="the number of members at which the factor in parameters is 1,668",
        hint="a member has 18,346 parameters, the student 68,362",
        judge=number(
            1668 * STUDENT_PARAMETERS / MEMBER_PARAMETERS,
            {
                1668: "the student is not as large as a member",
                447.6: "the student is the larger of the two",
                1668 * 16: "16 members do not give a factor of 1",
            },
            tolerance=1e-3,
        ),
        right="Nobody would train that many: they would answer no better than a few.",
    ),
)
