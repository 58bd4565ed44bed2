"""Right and wrong answers to the exercises of cpu/fixed_point, each wrong one with its advice."""


def quantize(values, scale, zero_point):
    return ((values / scale).round() + zero_point).clamp(0, 255).int()


def without_a_zero_point(values, scale, zero_point):
    return (values / scale).round().clamp(0, 255).int()


def without_rounding(values, scale, zero_point):
    return (values / scale + zero_point).clamp(0, 255).int()


def without_an_end(values, scale, zero_point):
    return ((values / scale).round() + zero_point).clamp(0).int()


def cut_first(values, scale, zero_point):
    return (values / scale).round().clamp(-128, 127).int() + zero_point


def as_floats(values, scale, zero_point):
    return quantize(values, scale, zero_point).float()


SOLUTIONS = {1: quantize, 2: 27, 3: 129, 4: 6.4}
WRONG = {
    1: [
        (without_a_zero_point, "0 gets the zero point"),
        (without_rounding, "round to the nearest"),
        (without_an_end, "too large gets 255"),
        (cut_first, "too small gets 0"),
        (as_floats, "still floats"),
        (lambda values: values, "raises TypeError"),
        (255, "is a function"),
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
