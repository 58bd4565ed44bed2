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


def _largest(n: int, p: float, below: float) -> int:
    return max(k for k in range(n + 1) if _at_most(k, n, p) < below)


def _of_lead(lead: float) -> float:
    return 1 / (1 + 999 * math.exp(-lead))


EXERCISES = (
    Exercise(
        title="The bird that is never reported",
        question="A camera takes 1920×1080 pixels; the network gets them with resize 256 and crop "
        "224. A bird in the middle is reported, the same bird at a fifth of the width never. Find "
        "the fault: at which share of the width, from the left, does a bird come into sight?",
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
        "sent, and `x`, the three numbers that enter, looked at. The division by 255 may be "
        "missing, or red and blue swapped before mean and std apply. Write `mistake(x)`, which "
        "returns `'none'`, `'not divided'` or `'blue first'`.",
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
        "concludes that the network is overconfident. You agree only if a calibrated network gets "
        "so few right, or fewer, with a probability below 5 %. Decide: what is the largest number "
        "of right labels at which you agree?",
        hint="a binomial distribution with n = 20 and p = 0.9; add up k = 0, 1, 2, …",
        judge=Number(
            _largest(20, 0.9, 0.05),
            {
                16: "a calibrated network gets sixteen or fewer right with 13 %",
                17: "17 or fewer is not rare at all; does fewer count, or more?",
                18: "that is what is expected of a calibrated network",
                14: "fifteen or fewer has 4.3 %, which is below 5 % already",
            },
        ),
        remark="With sixteen you do not agree: one calibrated network in eight would look so.",
    ),
    Exercise(
        title="The threshold that lets nothing through",
        question="A threshold of 50 %, chosen at 224×224, works. With 384×384 nothing is "
        "accepted, although the first labels are right. Explain it by the spread of the logits, "
        "which is 0.6 of that at 224. Let a first label lead each of the other 999 by the same, "
        "with 50 % at 224. Which probability at 384 replaces the threshold?",
        hint="with a lead d over 999 others, p = 1 / (1 + 999 exp(-d)); the size multiplies d",
        judge=Number(
            _of_lead(0.6 * math.log(999)),
            {
                0.3: "the logits are multiplied by 0.6, not the probability",
                0.5: "that changes nothing: the lead is multiplied by 0.6",
                _of_lead(math.log(999) / 0.6): "divided by 0.6 the lead becomes larger",
                100 * _of_lead(0.6 * math.log(999)): "a probability is from 0 to 1",
            },
            tolerance=0.01,
        ),
        remark="6 % at 384 say what 50 % say at 224. Temperature T = 0.6 keeps the threshold.",
    ),
)
