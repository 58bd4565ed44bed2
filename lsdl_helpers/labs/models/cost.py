"""Exercises of the chapter models/cost."""

from collections.abc import Callable
from itertools import pairwise
from math import inf
from operator import itemgetter

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

Network = tuple[str, float, float]  # name, cost, accuracy

# networks as (name, cost, accuracy), the names on the frontier, and what a wrong answer overlooks
_FRONTIERS = (
    (([("a", 1.0, 70.0)],), ["a"], "a network without rivals is on the frontier"),
    (
        ([("slow", 9.0, 75.0), ("fast", 3.0, 80.0)],),
        ["fast"],
        "a network that is cheaper and better leaves no reason for the other",
    ),
    (
        ([("c", 3.0, 80.0), ("a", 1.0, 70.0), ("b", 2.0, 75.0)],),
        ["a", "b", "c"],
        "each costs more and is better; list them from the cheapest on",
    ),
    (
        ([("a", 1.0, 70.0), ("b", 2.0, 69.0), ("c", 3.0, 69.5), ("d", 4.0, 71.0)],),
        ["a", "d"],
        "compare with the best of all that are cheaper, not only with the next one",
    ),
    (([("a", 1.0, 70.0), ("b", 1.0, 72.0)],), ["b"], "at the same cost only the better one stays"),
    (([("a", 1.0, 70.0), ("b", 2.0, 70.0)],), ["a"], "to cost more and be no better is to lose"),
)


def _unbeaten(beats: Callable[[Network, Network], bool]) -> Callable[[list[Network]], list[str]]:
    """Return an answer that leaves out a network which another one beats."""

    def answer(networks: list[Network]) -> list[str]:
        ordered = sorted(networks, key=itemgetter(1))
        return [one[0] for one in ordered if not any(beats(one, other) for other in ordered)]

    return answer


def _better_than_the_next_cheaper(networks: list[Network]) -> list[str]:
    ordered = [("", 0.0, -inf), *sorted(networks, key=itemgetter(1))]
    return [network[0] for before, network in pairwise(ordered) if network[2] > before[2]]


EXERCISES = (
    Exercise(
        title="The frontier",
        question="Write a function from a list of `(name, cost, accuracy)` to the names on "
        "the frontier, the cheapest first. Of two that cost the same, only the better one is on "
        "it; one that costs more and is no better is not. No two agree in both.",
        hint="sort by cost, walk along, and remember the best accuracy so far",
        judge=Function("a list of networks", Cases(_FRONTIERS)),
        remark="Every network that is left is the best for some limit on the cost.",
        wrong=(
            (_unbeaten(lambda one, other: False), "cheaper and better"),
            (_better_than_the_next_cheaper, "best of all that are cheaper"),
            (
                _unbeaten(lambda one, other: other[1] < one[1] and other[2] >= one[2]),
                "at the same cost",
            ),
            (_unbeaten(lambda one, other: other[1] <= one[1] and other[2] > one[2]), "no better"),
        ),
    ),
    Exercise(
        title="What to buy",
        question="A machine does 100 GFLOP/s in float32 and reads 20 GB/s. A fully "
        "connected layer reads each weight once for a batch of 16. You may buy twice the "
        "arithmetic or twice the bandwidth. By what factor is the layer faster after the better "
        "choice? Take the roofline, and leave activations out.",
        hint="compute both times for one weight, before and after each of the two",
        judge=Number(
            1.6,
            {
                1: "that is the gain from bandwidth, which decides nothing here; is one better?",
                2: "with twice the arithmetic, which of the two times decides?",
                1.44: "the roofline takes the longer of the two times, not their sum",
                0.625: "how many times as fast, not what is left of the time",
                1.25: "a multiply-add is two operations",
                3.2: "divide the layer's time before by its time after",
            },
            tolerance=0.005,
        ),
        remark="Beyond 1.6 the weights' bytes decide, and bandwidth would be the next to buy.",
    ),
    Exercise(
        title="The better formula",
        question="Two formulas predict the times of the same four networks. Measured / predicted "
        "is 2.0, 2.1, 1.9 and 2.0 for the first, 0.7, 1.0, 1.2 and 1.4 for the second. For a fifth "
        "network the first predicts 40 ms, the second 60 ms. Choose the formula, and use what the "
        "four have shown: how many ms do you expect?",
        hint="which formula has the smaller spread, and what do its ratios have in common?",
        judge=Number(
            80,
            {
                40: "the first has the smaller spread, but all four took about twice as long",
                60: "the second is right on the average, but look at its spread",
                64.5: "the ratios of the second formula differ by a factor of two",
                50: "a mean of both keeps the spread of the second",
                20: "measured / predicted is 2: does the network take longer, or less long?",
            },
            tolerance=0.03,
        ),
        remark="Off by two everywhere is a rate that can be set right; a spread is not.",
    ),
    Exercise(
        title="What cannot be folded",
        question="A pre-activation network is a convolution, then eight blocks, then a "
        "normalization, a ReLU and a fully connected layer. A block does normalization, ReLU, "
        "convolution, normalization, ReLU, convolution, and adds its input. How many of the 17 "
        "normalizations can be folded into the convolution before them, without changing any "
        "answer?",
        hint="what stands directly before each of them, and who else reads it?",
        judge=Number(
            8,
            {
                17: "before the first one of a block stands a sum, or what the shortcut reads too",
                16: "before the first one of a block stands a sum, or what the shortcut reads too",
                9: "the first convolution's output goes into the shortcut, too, as it is",
                10: "the last one follows a sum",
                0: "the second one of a block follows a convolution that nothing else reads",
                1: "the second one of each block follows a convolution that nothing else reads",
            },
        ),
        remark="The second one of each block. In the original order all 17 would go.",
    ),
)
