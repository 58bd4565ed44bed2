"""Exercises of the chapter hardware/formats."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

STEP_FAULTY = """\
def step(weight, gradient, scale, rate):
    new = weight - rate * gradient
    if not math.isfinite(new):
        scale = scale / 2
    return new, scale"""

STORES = {  # numbers of 10 and of 0.01: a thousandfold
    "a": "with one unit for all, of 10/127 or more, 0.01 is less than half a unit",
    "b": "E4M3 reaches from 448 down to 0.002, much further than a thousandfold",
    "c": "along a row the numbers of a block are of one size",
    "d": "in a column the first block of 32 holds four numbers of 10",
}
REMEDIES = {  # 0.75 in BF16: half a gap is 2^-9 = 0.00195, the step 0.001
    "a": "the scale is taken out again before the update, and the step is as small as before",
    "b": "at 0.03 the step is 0.003, more than half a gap",
    "c": "a step that is lost once is lost every time",
    "d": "rounded at random, a step of a quarter of a gap is taken once in four times",
    "e": "FP16 has ten fraction bits: half of its gap is 2^-12 = 0.00024",
    "f": "float32 keeps the step, and BF16 is only read",
}


@dataclass(frozen=True)
class Letters:
    """A judge of some of several letters, given as a string or a list, in any order.

    Args:
        right: the right ones.
        advice: for each letter, why it is right or wrong.
    """

    right: str
    advice: Mapping[str, str]

    def __call__(self, answer: Any) -> str | None:
        allowed = f"the letters a to {max(self.advice)}"
        if isinstance(answer, str):
            answer = [letter for letter in answer if letter not in " ,"]
        try:
            letters = {str(letter).lower() for letter in answer}
        except TypeError:
            return f'the answer is some of {allowed}, e.g. "ab", not {answer!r}'
        if unknown := letters - set(self.advice):
            return f"there is no {', '.join(sorted(unknown))!r}; allowed: {allowed}"
        differ = sorted(letters ^ set(self.right))
        return f"think again about {differ[0]}: {self.advice[differ[0]]}" if differ else None


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
        title="Which format keeps the small numbers",
        question="In a matrix of 64 rows and 64 columns the first 4 rows hold the number 10, the "
        "others 0.01. Which of these keep every 0.01 above zero? Answer with letters, e.g. "
        '`"ac"`: (a) fixed point of 8 bits, one unit for all; (b) E4M3, one scale for all; '
        "(c) MXFP4, blocks along the rows; (d) MXFP4, blocks down the columns.",
        hint="how far is it from 10 to 0.01, and how far does an element reach under one scale?",
        judge=Letters("bc", STORES),
        remark="Either an element reaches far enough, or a scale serves numbers of one size.",
        wrong=(
            ("c", "about b"),
            ("bcd", "about d"),
            ("abc", "about a"),
            ("b", "about c"),
            ("e", "the letters a to d"),
        ),
    ),
    Exercise(
        title="A weight that does not move",
        question="A weight of 0.75 is stored in BF16. Its gradient is 0.1 at every step, the rate "
        "is 0.01, updates are rounded to the nearest, and the weight stands still. Which of these, "
        'each alone, makes it move? Answer with letters, e.g. `"ac"`: (a) a loss scale of 1,024; '
        "(b) a rate of 0.03; (c) a thousand times as many steps; (d) stochastic rounding; "
        "(e) FP16 in place of BF16; (f) a float32 master copy, with a BF16 version "
        "for the matrix products.",
        hint="how far is the next BF16 number from 0.75, and what is half of that?",
        judge=Letters("bdef", REMEDIES),
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
        f"```python\n{STEP_FAULTY}\n```\n\n`gradient` is that of the scaled loss; that the scale "
        "also grows is left out here. Write `step` without the faults.",
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
        question="A weight is stored in fixed point with 6 fraction bits. Each of 1,000 steps adds "
        "0.001, rounded stochastically, so the weight moves by 1 on average. With what standard "
        "deviation does it move? You need the variance of a binomial distribution.",
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
