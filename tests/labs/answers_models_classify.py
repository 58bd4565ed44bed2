"""Right and wrong answers to the exercises of models/classify, with the advice."""

import math


def softmax(z):
    powers = [math.exp(value - max(z)) for value in z]
    return [power / sum(powers) for power in powers]


def without_subtraction(z):
    return [math.exp(value) / sum(map(math.exp, z)) for value in z]


def subtracting_the_first(z):
    powers = [math.exp(min(value - z[0], 700)) for value in z]
    return [power / max(powers) for power in powers]


SOLUTIONS = {1: math.log(10), 2: softmax, 3: 384}
WRONG = {
    1: [
        (10, "the ratio of the probabilities"),
        (1, "powers of 10"),
        (-2.303, "the first class is ahead"),
        (0.81, "logits are in the exponent"),
        (3.0, "too large"),
    ],
    2: [
        (without_subtraction, r"\[1000.0, 1001.0\] raises OverflowError"),
        (subtracting_the_first, "two equal logits share"),
        (lambda z: [value / sum(z) for value in z], "raises ZeroDivisionError"),
        ([0.5, 0.5], "is a function"),
    ],
    3: [
        (361, "multiple of 32"),
        (352, "just below"),
        (416, "a smaller one"),
        (608, "with the area"),
        (224, "too small"),
    ],
}
