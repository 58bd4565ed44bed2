"""Exercises of the chapter hardware/formats."""

from lsdl_helpers.labs.checks import Exercise, Number

EXERCISES = (
    Exercise(
        title="Read the bits",
        question="What number is `0 1011 101` in FP8 E4M3? Do it with pencil and paper.",
        hint="the exponent field is 11, the bias 7, and the mantissa field counts eighths",
        judge=Number(
            26.0,
            {
                10.0: "a normal number has a leading 1 before the mantissa",
                3328.0: "the bias is subtracted from the exponent field",
                13.0: "the bias is 7, not 8",
                208.0: "the mantissa field counts eighths",
            },
        ),
        remark="2^(11 - 7) times 1 5/8.",
    ),
    Exercise(
        title="Blocks the other way",
        question="In the chapter's matrix the first 4 of 64 rows are large. Let the blocks of 32 "
        "of MXFP4 run down the columns instead of along the rows. Which part of the small numbers "
        "shares a scale with a large one, and is lost?",
        hint="a column has 64 numbers: which are in its first block, which in its second?",
        judge=Number(
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
        remark="The error of the small rows is near its root, 0.68: errors add as squares.",
    ),
    Exercise(
        title="A weight that does not move",
        question="A weight is stored in BF16 and has the value 0.75, its gradient is 0.1 at "
        "every step, and updates are rounded to the nearest. Above which learning rate does the "
        "weight move?",
        hint="how far is the next BF16 number from 0.75, and what is half of that?",
        judge=Number(
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
        remark="At 0.01 the weight stands still, however many steps are taken.",
    ),
    Exercise(
        title="The price of rounding at random",
        question="A weight is stored in fixed point with 6 fraction bits. Every step adds "
        "0.001, and rounding is stochastic. After 1000 steps the weight has moved by 1 on "
        "average. What is the standard deviation of that movement?",
        hint="each step goes up by one unit with probability p, or not at all: a coin",
        judge=Number(
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
        remark="A bit less doubles the unit and, p being small, the variance.",
    ),
)
