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
        asks="the bits per number of MXFP4 with blocks of 16 in place of 32",
        hint="4 bits of its own, and a share of the 8 bits of the scale",
        judge=number(
            4.5,
            {
                4.25: "that is a block of 32",
                4.0: "the scale has to be stored too",
                12.0: "the scale is shared",
            },
            tolerance=1e-6,
        ),
        right="Half a bit for the scale: an eighth more than the elements alone.",
    ),
    Exercise(
        asks="the learning rate above which the weight moves",
        hint="how far is the next BF16 number from 0.75, and what is half of that?",
        judge=number(
            2**-9 / 0.1,
            {
                2**-8 / 0.1: "half a gap is enough",
                2**-9: "the step is the learning rate times the gradient",
                2**-8: "half a gap, and the step is the learning rate times the gradient",
                2**-10 / 0.1: "between 0.5 and 1 the gap is 2^-8",
            },
            tolerance=1e-3,
        ),
        right="At 0.01 the weight stands still, however many steps are taken.",
    ),
)
