"""Exercises of the chapter models/classify."""

import math
from collections.abc import Callable
from functools import partial

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number


def _softmax(logits: list[float], less: Callable[[list[float]], float] = max) -> list[float]:
    powers = [math.exp(z - less(logits)) for z in logits]
    return [power / sum(powers) for power in powers]


# logits, and what a wrong answer overlooks
_LOGITS = (
    ([1.0, 2.0, 4.0], "take the exponential of each, and divide by the sum of all"),
    ([0.0, 0.0], "two equal logits share the probability"),
    ([-3.0, 5.0], "a negative logit has a probability too"),
    ([1000.0, 1001.0], "only differences count: which number may you subtract from all of them?"),
    ([-1000.0, -1001.0], "all exponentials are 0 here, unless you subtract something first"),
    ([0.0, 2000.0], "subtract the largest: with any other, a large exponent is left"),
)
_CASES = tuple(((logits,), _softmax(logits), advice) for logits, advice in _LOGITS)

EXERCISES = (
    Exercise(
        title="From probabilities back to logits",
        question="A network gives one class 90 % and another 9 %. How far apart are their two "
        "logits?",
        hint="divide one probability by the other: what is left of softmax's sum?",
        judge=Number(
            math.log(10),
            {
                10.0: "10 is the ratio of the probabilities; which difference of logits gives it?",
                1.0: "that would be so if softmax took powers of 10",
                -math.log(10): "the first class is ahead",
                0.81: "probabilities differ by 0.81, but logits are in the exponent",
                math.log2(10): "softmax takes powers of e, not of 2",
                math.log(9 * 91 / 9): "p / (1 - p) is for two classes; compare these two directly",
            },
            tolerance=0.005,
        ),
        remark="A factor of 10 in probability is 2.3 in the logits, wherever they lie.",
    ),
    Exercise(
        title="Softmax that does not overflow",
        question="Write `softmax(z)`: a list of numbers in, a list of probabilities out, with "
        "nothing but Python's `math`. It has to work for logits of 1000, where $e^z$ is too "
        "large for a float.",
        hint="subtracting one number from all logits changes nothing; which one makes them safe?",
        judge=Function("a list of logits", Cases(_CASES)),
        remark="The largest exponent is now 0, so nothing can overflow; the libraries do the same.",
        wrong=(
            (partial(_softmax, less=lambda z: 0), "only differences count"),
            (partial(_softmax, less=lambda z: z[0]), "subtract the largest"),
            (partial(_softmax, less=min), "subtract the largest"),
            (lambda z: [1 / len(z)] * len(z), "take the exponential of each"),
            (lambda z: [value / sum(z) for value in z], "take the exponential of each"),
        ),
    ),
    Exercise(
        title="A billion multiply-adds",
        question="Lite0 does 0.385 billion multiply-adds at 224×224. What is the smallest side, "
        "a multiple of 32, at which it does a billion or more? Predict before you count.",
        hint="multiply-adds grow with the area; then count with cost(model, (1, 3, side, side))",
        judge=Number(
            384,
            {
                352: "at 352 it is 0.95 billion, just below",
                361: "361 is right before rounding; which multiple of 32 comes next?",
                582: "work grows with the area, not with the side",
                416: "there is a smaller one",
                608: "work grows with the area, not with the side",
            },
        ),
        remark="2.6 times the work is 1.61 times the side: 361, rounded up to a multiple of 32.",
    ),
)
