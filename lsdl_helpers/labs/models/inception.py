"""Exercises of the chapter models/inception."""

from math import sqrt
from statistics import fmean, stdev

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

EXERCISES = (
    Exercise(
        title="Branches that do not fit",
        question="A colleague builds module 3a, and `torch.cat` complains: `Expected size 28 but "
        "got size 10 for tensor number 3 in the list`. A branch is a list of layers `(kernel, "
        "stride, padding)`. Write a function of the side of the input and the branches that "
        "returns the numbers of those that do not fit branch 0.",
        hint="a layer makes of side n the side (n + 2 padding - kernel) // stride + 1; what is "
        "the default stride of a pooling?",
        judge=Function(
            "side and branches",
            Cases(
                [
                    (
                        (
                            28,
                            [
                                [(1, 1, 0)],
                                [(1, 1, 0), (3, 1, 1)],
                                [(1, 1, 0), (5, 1, 2)],
                                [(3, 3, 1), (1, 1, 0)],
                            ],
                        ),
                        [3],
                        "nn.MaxPool2d(3, padding=1) has stride 3, the size of its kernel",
                    ),
                    (
                        (28, [[(1, 1, 0)], [(1, 1, 0), (3, 1, 0)], [(5, 1, 2)], [(3, 1, 1)]]),
                        [1],
                        "a 3x3 without padding loses a pixel at each border",
                    ),
                    (
                        (28, [[(3, 2, 1)], [(1, 1, 0), (3, 2, 1)], [(3, 2, 1)], [(2, 2, 0)]]),
                        [],
                        "branches that all halve fit together; compare with branch 0, not with "
                        "the input",
                    ),
                    (
                        (28, [[(1, 1, 0)], [(7, 1, 3), (5, 1, 1)], [(3, 1, 0), (3, 1, 2)]]),
                        [1],
                        "the layers of a branch follow one another; only the last side counts",
                    ),
                ]
            ),
        ),
        remark="The error names the first misfit only, and counts branches from 0: here it is the "
        "pooling, whose stride is its kernel unless one says stride=1.",
        wrong=(
            (lambda side, branches: [], "nn.MaxPool2d(3, padding=1) has stride 3"),
            (
                lambda side, branches: [
                    k for k, branch in enumerate(branches) if any(s > 1 for _, s, _ in branch)
                ],
                "a 3x3 without padding loses a pixel",
            ),
            (lambda side, branches: _misfits(side, side, branches), "branches that all halve"),
            (
                lambda side, branches: _misfits(side, side, [branch[-1:] for branch in branches]),
                "nn.MaxPool2d(3, padding=1) has stride 3",
            ),
        ),
    ),
    Exercise(
        title="Where a reduction loses",
        question="On one machine a convolution takes 0.1 ms, and 1 ms for each 90 million "
        "multiply-adds. A 3×3 layer leads from 192 to 128 channels, on maps of 7×7. Up to which "
        "`r` does a reduction to `r` channels before it save time?",
        hint="the second layer costs another 0.1 ms: how many multiply-adds must be saved?",
        judge=Number(
            27,
            {
                164: "that saves work; the 1×1 also costs another 0.1 ms",
                165: "at 165 it does more work than the 3×3 alone; and it costs another 0.1 ms",
                28: "28 channels save 8.99 million multiply-adds; 0.1 ms are worth 9 million",
                156: "the maps are 7×7, not 28×28",
            },
            tolerance=1e-9,
        ),
        remark="On 28×28 it could be 156, nearly all of the 164 that save work: where maps are "
        "small, the price of a layer decides.",
    ),
    Exercise(
        title="Are the heads to blame?",
        question="A training ends at a loss of 2.10 without heads and at 2.40 with them, whose own "
        "losses are 1.5 and 1.7: they do harm, says a colleague. The printed loss includes 0.3 "
        "times that of each head. Given are three lists over the seeds: losses without heads, "
        "printed losses with heads, pairs of the heads' own losses. Write a function of these "
        'that says what heads do to the loss at inference: "lower", "higher" or, within 2.57 '
        'standard errors, "open".',
        hint="which terms of the printed loss are gone at inference? How many seeds are needed "
        "for a standard error?",
        judge=Function(
            "losses without heads, losses with heads, and the heads' own",
            Cases(
                [
                    (
                        ([2.10], [2.40], [(1.5, 1.7)]),
                        "open",
                        "one pair has no standard error",
                    ),
                    (
                        (
                            [2.1, 2.0, 2.2, 2.1, 2.05, 2.15],
                            [2.4, 2.35, 2.45, 2.42, 2.3, 2.5],
                            [(1.5, 1.7)] * 6,
                        ),
                        "lower",
                        "the printed losses contain 0.3 times the loss of each head",
                    ),
                    (
                        (
                            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
                            [1.55, 2.5, 3.45, 4.5, 5.55, 6.5],
                            [(1.0, 1.0)] * 6,
                        ),
                        "lower",
                        "the seeds are pairs: take the differences first, then their error",
                    ),
                    (
                        (
                            [2.0, 2.0, 2.0, 2.0, 2.0, 2.0],
                            [2.6, 2.4, 2.1, 2.6, 2.2, 2.6],
                            [(1.0, 1.0)] * 6,
                        ),
                        "open",
                        "lower in the mean, but within 2.57 standard errors",
                    ),
                    (
                        ([2.0] * 6, [2.7, 2.72, 2.68, 2.71, 2.69, 2.7], [(1.0, 1.0)] * 6),
                        "higher",
                        "here what remains is higher by 0.1, in each of the pairs",
                    ),
                ]
            ),
        ),
        remark="The colleague's pair says neither: its output ends at 1.44, lower than 2.10, but "
        "one pair decides nothing, whatever its sign.",
        wrong=(
            (lambda off, on, own: _verdict(off, on, own, fewest=1), "one pair has no"),
            (lambda off, on, own: _verdict(off, on, own, weight=0), "0.3 times the loss"),
            (lambda off, on, own: _verdict(off, on, own, paired=False), "the seeds are pairs"),
            (lambda off, on, own: _verdict(off, on, own, errors=0), "within 2.57"),
            (
                lambda off, on, own: "lower" if _verdict(off, on, own) == "lower" else "open",
                "higher by 0.1",
            ),
        ),
    ),
    Exercise(
        title="A ninth less work",
        question="On one machine the t₀ of a layer is 24 % of the time of a 3×3. A colleague "
        "splits the 3×3 into two 2×2, which see the same pixels, to save a ninth of the time. "
        "By what factor does the time change?",
        hint="the t₀ of a 3×3 is 0.24, so what is one of its nine weights worth?",
        judge=Number(
            2 * (0.24 + 4 * 0.76 / 9),
            {
                8 / 9: "that is the work; each of the two layers has its t₀",
                0.24 + 8 * 0.76 / 9: "two layers have two t₀",
                0.24 + 4 * 0.76 / 9: "that is one of the two layers",
                2 * (0.24 + 4 / 9): "the nine weights take what is left beside t₀, 0.76",
                1 / (2 * (0.24 + 4 * 0.76 / 9)): "new time divided by old: is it more or less?",
            },
            tolerance=0.002,
        ),
        remark="The split costs time: a second t₀ is worth nearly three weights, and only one is "
        "saved. The split into 3×1 and 1×3 saves three, just enough.",
    ),
)


def _misfits(expected: int, side: int, branches: list) -> list[int]:
    """Return the branches whose last side is another than expected."""
    ends = []
    for branch in branches:
        end = side
        for kernel, stride, padding in branch:
            end = (end + 2 * padding - kernel) // stride + 1
        ends.append(end)
    return [k for k, end in enumerate(ends) if end != expected]


def _verdict(
    off: list,
    on: list,
    own: list,
    weight: float = 0.3,
    errors: float = 2.57,
    fewest: int = 2,
    paired: bool = True,
) -> str:
    """Return what heads do to the loss at inference; the options are the slips."""
    if len(off) < fewest:
        return "open"
    left = [printed - weight * sum(heads) for printed, heads in zip(on, own, strict=True)]
    changes = [with_heads - without for with_heads, without in zip(left, off, strict=True)]
    change, variance = fmean(changes), 0.0
    if len(off) > 1:
        variance = _variance(changes) if paired else _variance(left) + _variance(off)
    if abs(change) <= errors * sqrt(variance / len(off)):
        return "open"
    return "lower" if change < 0 else "higher"


def _variance(numbers: list) -> float:
    return stdev(numbers) ** 2
