"""Right and wrong answers to the exercises of hardware/formats, each wrong one with its advice."""

SOLUTIONS = {1: 26, 2: 28 / 60, 3: 0.01953125, 4: 0.12094}
WRONG = {
    1: [
        (10, "leading 1"),
        (3328, "bias is subtracted"),
        (13, "7, not 8"),
        (208, "eighths"),
        ("26", "is a number"),
    ],
    2: [
        (0.5, "large themselves"),
        (28 / 64, "not of all"),
        (4 / 60, "whole block"),
        (4 / 64, "the large numbers"),
        (1, "scale of its own"),
        (0, "meet"),
    ],
    3: [
        (2**-8 / 0.1, "half a gap is enough"),
        (0.0146484375, "exact gap is larger"),
        (2**-9, "times the gradient"),
        (2**-8, "half a gap, and"),
        (2**-10 / 0.1, "the gap is"),
        (1.0, "too large"),
    ],
    4: [
        (0.003824, "is one step"),
        (3.824, "not standard deviations"),
        (0.01463, "the variance"),
        (7.74, "units of 1/64"),
        (0.125, "a coin has"),
        (0, "single weight is not"),
    ],
}
