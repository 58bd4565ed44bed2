"""Exercises of the chapter hardware/formats."""

import math
from typing import Any

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

STEP_FAULTY = """\
def step(weight, gradient, scale, rate):
    new = weight - rate * gradient
    if not math.isfinite(new):
        scale = scale / 2
    return new, scale"""

REMEDIES = {  # 0.75 in BF16: half a gap is 2^-9 = 0.00195, the step 0.001
    "a": "the scale is taken out again before the update, and the step is as small as before",
    "b": "at 0.02 the step is 0.002, a little more than half a gap",
    "c": "a step that is lost once is lost every time",
    "d": "rounded at random, a step of a quarter of a gap is taken once in four times",
    "e": "FP16 has ten fraction bits: half of its gap is 2^-12 = 0.00024",
    "f": "float32 keeps the step, and BF16 is only read",
}
MOVES = {"b", "d", "e", "f"}


def _judge_remedies(answer: Any) -> str | None:
    """Take a string or a list of letters, in any order."""
    if isinstance(answer, str):
        answer = [letter for letter in answer if letter not in " ,"]
    try:
        letters = {str(letter).lower() for letter in answer}
    except TypeError:
        return f'the answer is some of the letters a to f, e.g. "ab", not {answer!r}'
    if unknown := letters - set(REMEDIES):
        return f"there is no {', '.join(sorted(unknown))!r}; the letters are a to f"
    differ = sorted(letters ^ MOVES)
    return f"think again about {differ[0]}: {REMEDIES[differ[0]]}" if differ else None


STEPS = Cases([
    ((1.0, 0.5, 1.0, 0.1), [0.95, 1.0], "with a scale of 1 it is plain descent"),
    ((1.0, 512.0, 1024.0, 0.1), [0.95, 1024.0],
     "take the scale out of the gradient before the update"),
    ((1.0, math.inf, 1024.0, 0.1), [1.0, 512.0],
     "after an overflow leave the weight as it was, and halve the scale"),
    ((1.0, math.nan, 1024.0, 0.1), [1.0, 512.0], "NaN is an overflow, too"),
])  # fmt: skip


EXERCISES = (
    Exercise(
        title="Read the bits",
        question="What number is `0 1011 101` in FP8 E4M3? Do it with pencil and paper.",
        hint="the exponent field is 11, the bias 7, and the fraction field counts eighths",
        judge=Number(
            26.0,
            {
                10.0: "a normal number has a leading 1 before the fraction",
                3328.0: "the bias is subtracted from the exponent field",
                13.0: "the bias is 7, not 8",
                208.0: "the fraction field counts eighths",
            },
        ),
        remark="2^(11 - 7) times 1 5/8.",
    ),
    Exercise(
        title="Blocks the other way",
        question="In the chapter's matrix the first 4 of 64 rows are large. Let the blocks of 32 "
        "of MXFP4 run down the columns instead of along the rows. Which part of the small numbers "
        "shares a scale with a large one, and is lost?",
        hint="a column has 64 numbers: which are in its first block, which in its second?",
        judge=Number(
            28 / 60,
            {
                1 / 2: "some numbers of the first block are large themselves",
                28 / 64: "of the small numbers, not of all",
                4 / 60: "a large number takes its whole block along",
                4 / 64: "these are the large numbers",
                1.0: "the second block of a column has a scale of its own",
                0.0: "down a column, large and small numbers meet",
            },
            tolerance=1e-3,
        ),
        remark="The error of the small rows is near its root, 0.68: errors add as squares.",
    ),
    Exercise(
        title="A weight that does not move",
        question="A weight of 0.75 is stored in BF16, its gradient is 0.1 at every step, the rate "
        "is 0.01, updates are rounded to the nearest, and the weight stands still. Which of these, "
        'each alone, makes it move? Answer with letters, e.g. `"ac"`: (a) a loss scale of 1,024; '
        "(b) a rate of 0.02; (c) a thousand times as many steps; (d) stochastic rounding; "
        "(e) FP16 in place of BF16; (f) a float32 master copy, of which the products read a BF16 "
        "version.",
        hint="how far is the next BF16 number from 0.75, and what is half of that?",
        judge=_judge_remedies,
        remark="Four move it. A loss scale mends gradients that vanish, not steps that do.",
        wrong=(
            ("bcdef", "about c"),
            ("abdef", "about a"),
            ("df", "about b"),
            ("bdf", "about e"),
            ("bdefg", "there is no 'g'"),
            (3, "some of the letters"),
        ),
    ),
    Exercise(
        title="A scale with two faults",
        question="This update of one weight with dynamic loss scaling has two faults:\n\n"
        f"```python\n{STEP_FAULTY}\n```\n\n`gradient` is that of the scaled loss. Write `step` "
        "without them, so that it returns the new weight and the scale of the next step.",
        hint="what is the step for scales of 1 and 1,024, and which weight is left after overflow?",
        judge=Function("weight, gradient, scale and rate", STEPS),
        remark="One infinite gradient would have made the weight infinite for good.",
        wrong=(
            (lambda w, g, s, r: (w - r * g, s), "take the scale out"),
            (lambda w, g, s, r: (w - r * g / s, s), "leave the weight as it was"),
            (lambda w, g, s, r: (w, s / 2) if g == math.inf else (w - r * g / s, s), "NaN"),
            (lambda w, g, s, r: w - r * g, "instead of [0.95, 1.0]"),
        ),
    ),
    Exercise(
        title="The price of rounding at random",
        question="A weight is stored in fixed point with 6 fraction bits. Every step adds "
        "0.001, and rounding is stochastic. After 1000 steps the weight has moved by 1 on "
        "average. What is the standard deviation of that movement?",
        hint="each step goes up by one unit with probability p, or not at all: a coin",
        judge=Number(
            (1000 * 0.064 * 0.936) ** 0.5 / 64,
            {
                (0.064 * 0.936) ** 0.5 / 64: "that is one step; variances of all steps add",
                1000 * (0.064 * 0.936) ** 0.5 / 64: "variances add, not standard deviations",
                1000 * 0.064 * 0.936 / 64**2: "that is the variance",
                (1000 * 0.064 * 0.936) ** 0.5: "that is in units of 1/64",
                (1000 * 0.064) ** 0.5 / 64: "a coin has the variance p (1 - p), not p",
                0.0: "the mean is exact, a single weight is not",
            },
            tolerance=1e-2,
        ),
        remark="A bit less doubles the unit and, p being small, the variance.",
    ),
)
