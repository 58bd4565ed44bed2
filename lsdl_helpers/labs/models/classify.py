"""Exercises of the chapter models/classify."""

import math

from lsdl_helpers.labs.checks import Exercise, function, number


def _softmax(logits: list[float]) -> list[float]:
    largest = max(logits)
    powers = [math.exp(z - largest) for z in logits]
    return [power / sum(powers) for power in powers]


def _are_close(found: list[float], right: list[float]) -> bool:
    return len(found) == len(right) and all(map(_is_close, found, right))


def _is_close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


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
        asks="the difference of the two logits",
        hint="divide one probability by the other: what is left of softmax's sum?",
        judge=number(
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
        right="A factor of 10 in probability is 2.3 in the logits, wherever they lie.",
    ),
    Exercise(
        asks="a function: list of logits -> list of probabilities",
        hint="subtracting one number from all logits changes nothing; which one makes them safe?",
        judge=function(
            "a list of logits",
            _CASES,
            raised="{} raises {error!r}; {advice}",
            result=lambda found: [float(p) for p in found],
            same=_are_close,
        ),
        right="The largest exponent is now 0, so nothing can overflow; the libraries do the same.",
    ),
    Exercise(
        asks="the side in pixels",
        hint="multiply-adds grow with the area; then count with cost(model, (1, 3, side, side))",
        judge=number(
            384,
            {
                352: "at 352 it is 0.95 billion, just below",
                361: "361 is right before rounding; which multiple of 32 comes next?",
                582: "work grows with the area, not with the side",
                416: "there is a smaller one",
                608: "work grows with the area, not with the side",
            },
        ),
        right="2.6 times the work is 1.61 times the side: 361, rounded up to a multiple of 32.",
    ),
)
