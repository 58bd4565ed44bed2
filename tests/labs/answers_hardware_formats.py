"""Right and wrong answers to the exercises of hardware/formats, each wrong one with its advice."""

SOLUTIONS = {1: 26, 2: 4.5, 3: 0.01953125}
WRONG = {
    1: [
        (10, "leading 1"),
        (3328, "bias is subtracted"),
        (13, "7, not 8"),
        (208, "eighths"),
        ("26", "is a number"),
    ],
    2: [(4.25, "block of 32"), (4, "stored too"), (12, "shared")],
    3: [
        (2**-8 / 0.1, "half a gap is enough"),
        (2**-9, "times the gradient"),
        (2**-8, "half a gap, and"),
        (2**-10 / 0.1, "the gap is"),
        (1.0, "too large"),
    ],
}
