"""Exercises of the chapter models/classify."""

import math
from collections.abc import Callable, Sequence

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

_PIXEL = (200, 100, 50)
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _prepare(pixel: Sequence[float], divisor: float = 255) -> list[float]:
    parts = zip(pixel, _MEAN, _STD, strict=True)
    return [(value / divisor - mean) / std for value, mean, std in parts]


def _find_mistake(x: Sequence[float]) -> str:
    candidates = {
        "none": _prepare(_PIXEL), "not divided": _prepare(_PIXEL, 1),
        "blue first": _prepare(_PIXEL[::-1]),
    }  # fmt: skip
    return min(candidates, key=lambda name: math.dist(candidates[name], x))


def _by_range(x: Sequence[float]) -> str:
    return "not divided" if max(x) > 10 else "none"


def _by_red(x: Sequence[float]) -> str:
    return "none" if x[0] > 0 else "blue first"


# what entered, which mistake that is, and what a wrong answer overlooks
_INPUTS = (
    ([1.307, -0.285, -0.933], "none", "this is (v - mean) / std, with v = pixel / 255"),
    ([871.24, 444.39, 220.42], "not divided", "without the division, red is (200 - 0.485) / 0.229"),
    ([-1.262, -0.285, 1.681], "blue first", "prepare (50, 100, 200): only green is where it was"),
)  # fmt: skip
_CASES = tuple(((x,), mistake, advice) for x, mistake, advice in _INPUTS)


def _always(mistake: str) -> Callable[[Sequence[float]], str]:
    return lambda x: mistake


def _at_most(most: int, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(most + 1))


EXERCISES = (
    Exercise(
        title="The bird at the edge",
        question="A camera takes 1920×1080 pixels; the network gets them with resize 256 and crop "
        "224. A bird at a fifth of the width from the left is never reported. Find the fault: "
        "which share of the width, at the left alone, does the network not see?",
        hint="how many pixels wide is the picture when its shorter side has 256?",
        judge=Number(
            (1 - 224 / 256 * 1080 / 1920) / 2,
            {
                1 - 224 / 256 * 1080 / 1920: "that is both sides together",
                (1 - 1080 / 1920) / 2: "the crop is 224 of 256 pixels, not all of the shorter side",
                (1 - 224 / 256) / 2: "the longer side is more than 256 pixels after resizing",
                224 / 256 * 1080 / 1920: "that is the share of the width that it sees",
                1 - (224 / 256) ** 2 * 1080 / 1920: "that is the area, and the question is for "
                "the width",
            },
            tolerance=0.005,
        ),
        remark="A quarter of the width at each side is cut off, and the bird with it.",
    ),
    Exercise(
        title="Which mistake was it?",
        question="A network expects (v - mean) / std with v = pixel / 255, mean (0.485, 0.456, "
        "0.406) and std (0.229, 0.224, 0.225). To find the fault, the pixel (200, 100, 50) is "
        "sent, and `x`, the three numbers that enter, looked at. Write `mistake(x)`, which "
        "returns `'none'`, `'not divided'` (by 255) or `'blue first'` (blue, green, red).",
        hint="compute the three numbers for each case, and return the case that is nearest to x",
        judge=Function("the three numbers", Cases(_CASES)),
        remark="The range of the numbers finds only one of the two; the other stays within it.",
        wrong=(
            (_always("none"), "without the division"),
            (_always("not divided"), "v = pixel / 255"),
            (_by_range, "only green is where it was"),
            (_by_red, "without the division"),
        ),
    ),
    Exercise(
        title="What gets through",
        question="A threshold accepts 90 % of the pictures that show one of the classes and 30 % "
        "of those that show none. Decide how far it may be trusted: which share of all pictures "
        "may show none, so that half of what it accepts does?",
        hint="half and half means that as many of one kind are accepted as of the other",
        judge=Number(
            0.75,
            {
                0.25: "that is the share that shows a class",
                75: "a share is from 0 to 1",
                1 / 3: "3 to 1 are the rates of acceptance; how many pictures of each kind "
                "make up for them?",
                0.5: "then 0.15 and 0.45 of all are accepted, which is not half and half",
                0.6: "subtracting the rates does not help; set s · 0.3 equal to (1 - s) · 0.9",
            },
            tolerance=0.005,
        ),
        remark="The same threshold is good where few pictures lie outside, and useless elsewhere.",
    ),
    Exercise(
        title="Sixteen of twenty",
        question="Of twenty labels with a confidence of 90 % each, sixteen are right. A colleague "
        "concludes that the network is overconfident. How probable is it that a calibrated "
        "network gets sixteen or fewer right? Decide whether you agree.",
        hint="a binomial distribution with n = 20 and p = 0.9; or one minus 17, 18, 19 and 20",
        judge=Number(
            _at_most(16, 20, 0.9),
            {
                _at_most(16, 20, 0.9) - _at_most(15, 20, 0.9): "that is exactly sixteen; "
                "fewer would convince the colleague as well",
                _at_most(15, 20, 0.9): "sixteen belongs to it",
                1 - _at_most(16, 20, 0.9): "that is more than sixteen",
                _at_most(16, 20, 0.8): "a calibrated network is right with 0.9, not with 0.8",
            },
            tolerance=0.01,
        ),
        remark="One calibrated network in eight would look so. Twenty pictures do not settle it.",
    ),
    Exercise(
        title="The threshold that lets nothing through",
        question="A threshold of 50 %, chosen at 224×224, works. With 448×448 nothing is "
        "accepted, although the first labels are right. Explain it by the spread of the logits: "
        "which temperature T gives them the spread that they have at 224?",
        hint="the spread falls as 1 / side; is it too wide at 448, or too narrow?",
        judge=Number(
            0.5,
            {
                2: "dividing by 2 makes the spread still smaller",
                0.25: "the spread falls as 1 / side, not as 1 / area",
                4: "the spread falls as 1 / side, and dividing by 4 makes it still smaller",
                1: "that changes nothing",
            },
        ),
        remark="T below 1 makes a network surer, T above 1 less sure; the first label stays.",
    ),
)
