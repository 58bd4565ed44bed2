"""Exercises of the chapter hardware/formats."""

from lsdl_helpers.labs.checks import Exercise, number

EXERCISES = (
    Exercise(
        asks="the number that the E4M3 bits 0 1011 101 stand for",
        hint="the exponent field is 11, the bias 7, and the mantissa field counts eighths",
        judge=number(
            26.0,
            {
                10.0: "a normal number has a leading 1 before the mantissa",
                3328.0: "the bias is subtracted from the exponent field",
                13.0: "the bias is 7, not 8",
                208.0: "the mantissa field counts eighths",
            },
        ),
        right="2^(11 - 7) times 1 5/8.",
    ),
    Exercise(
        asks="the part of the small numbers that shares a scale with a large one",
        hint="a column has 64 numbers: which are in its first block, which in its second?",
        judge=number(
            28 / 60,
            {
                1 / 2: "some numbers of the first block are large themselves",
                28 / 64: "of the small numbers, not of all",
                4 / 60: "a large number takes its whole block along",
                4 / 64: "these are the large numbers",
                1.0: "the second block of a column has a scale of its own",
                0.0: "down a column, large and small numbers meet",
            },
            tolerance=1e-3,
        ),
        right="The error of the small rows is near its root, 0.68: errors add as squares.",
    ),
    Exercise(
        asks="the learning rate above which the weight moves",
        hint="how far is the next BF16 number from 0.75, and what is half of that?",
        judge=number(
            2**-9 / 0.1,
            {
                2**-8 / 0.1: "half a gap is enough",
                0.75 / 512 / 0.1: "below |w| / 512 it never moves; the exact gap is larger",
                2**-9: "the step is the learning rate times the gradient",
                2**-8: "half a gap, and the step is the learning rate times the gradient",
                2**-10 / 0.1: "between 0.5 and 1 the gap is 2^-8",
            },
            tolerance=1e-3,
        ),
        right="At 0.01 the weight stands still, however many steps are taken.",
    ),
    Exercise(
        asks="the standard deviation of the weight's movement after 1000 steps",
        hint="each step goes up by one unit with probability p, or not at all: a coin",
        judge=number(
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
        right="A bit less doubles the unit and, p being small, the variance.",
    ),
)
