"""Right and wrong answers to the exercises of cpu/fixed_point, each wrong one with its advice."""

SOLUTIONS = {1: 1.91, 2: 27, 3: 129, 4: 6.4}
WRONG = {
    1: [
        (1.01, "8 bits"),
        (1.867, "an error, too"),
        (2.025, "weights keep"),
        (2.257, "squares add up"),
        (0.608, "the scale grows"),
        (0.0191, "in percent"),
    ],
    2: [
        (26, "sign takes a bit"),
        (28, "one less"),
        (16, "one product"),
        (17, "two products"),
        (32, "fewer would do"),
        (21, "not for every input"),
        (40, "too large"),
    ],
    3: [
        (127, "two codes more"),
        (128, "one code more"),
        (130, "does not fit"),
        (258, "two products"),
        (255, "64,770"),
    ],
    4: [
        (10, "reading the weights"),
        (4, "the arithmetic takes longer"),
        (3.2, "two operations"),
        (0.15625, "float32 over int8"),
        (7, "too large"),
    ],
}
