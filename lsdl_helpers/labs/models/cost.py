"""Exercises of the chapter models/cost."""

from lsdl_helpers.labs.checks import Exercise, function, number

_SEPARABLE = 9 * 256 * 256 / (9 * 256 + 256 * 256)

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


EXERCISES = (
    Exercise(
        asks="the multiply-adds of the 3x3 convolution divided by those of the separable one",
        hint="an output of the depthwise part sums 9 products; one of the 1x1 part, how many?",
        judge=number(
            _SEPARABLE,
            {
                9.0: "the depthwise part is not free",
                256.0: "the 1x1 part is not free",
                1 / _SEPARABLE: "that is the share which is left; asked is the factor",
                256 / 9: "that compares the two parts; asked are both against the 3x3 convolution",
            },
            tolerance=2e-3,
        ),
        right="1 / (1/256 + 1/9): with many channels, nearly the 9 weights of a 3x3 kernel.",
    ),
    Exercise(
        asks="a function: list of (name, cost, accuracy) -> names on the frontier, cheapest first",
        hint="sort by cost, walk along, and remember the best accuracy so far",
        judge=function("a list of networks", _FRONTIERS, result=list),
        right="Every network that is left is the best for some limit on the cost.",
    ),
    Exercise(
        asks="the batch size",
        hint="set the time of the arithmetic equal to the time of reading the weights",
        judge=number(
            10,
            {
                5: "5 is the balance in FLOP per byte; what does one weight need of each?",
                20: "a multiply-add is two operations",
                2.5: "a weight is four bytes",
                40: "a multiply-add is two operations, and a weight four bytes: which divides?",
                1: "at one picture each weight is read for two operations: reading takes longer",
            },
        ),
        right="2 FLOP a picture against 4 bytes: half the batch is the intensity, 5 the balance.",
    ),
)
