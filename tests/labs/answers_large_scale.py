"""Right and wrong answers to the exercises of large/scale, each wrong one with its advice."""

import math

FACTOR = 10**14 / 405e9
SOLUTIONS = {1: 15_470_264_320, 2: 1.6 * math.log2(FACTOR), 3: 614_400, 4: 10}
WRONG = {
    1: [
        (138_357_544, "counts a shared weight once"),
        (13_556_712, "those are the units"),
        (30_940_528_640, "FLOPs"),
        (15_483_821_032, "biases"),
        ("15 G", "is a number"),
    ],
    2: [
        (math.log2(FACTOR), "doublings, not years"),
        (1.6 * math.log(FACTOR), "natural logarithm"),
        (1.6 * math.log10(FACTOR), "base 10"),
        (1.6 * FACTOR, "a doubling multiplies"),
        (2.4 * math.log2(FACTOR), "pace of units"),
        (25, "too large"),
    ],
    3: [
        (76_800, "exponent is not 1"),
        (153_600, "less than the root"),
        (74_400, "straight in logarithms"),
        (38_400, "loss is 0.4"),
    ],
    4: [(100, "left for more data"), (50, "multiply"), (28.84, "of 2020"), (6, "the 6")],
}
