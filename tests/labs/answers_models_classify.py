"""Right and wrong answers to the exercises of models/classify, with the advice."""

import math
from functools import partial
from statistics import mean


def softmax(z):
    powers = [math.exp(value - max(z)) for value in z]
    return [power / sum(powers) for power in powers]


def without_subtraction(z):
    return [math.exp(value) / sum(map(math.exp, z)) for value in z]


def subtracting(z, choose):
    powers = [math.exp(value - choose(z)) for value in z]
    return [power / sum(powers) for power in powers]


SOLUTIONS = {1: math.log(10), 2: softmax, 3: 384}
WRONG = {
    1: [
        (10, "the ratio of the probabilities"),
        (1, "powers of 10"),
        (-2.303, "the first class is ahead"),
        (0.81, "logits are in the exponent"),
        (3.3219, "not of 2"),
        (4.5109, "compare these two directly"),
        (3.0, "too large"),
    ],
    2: [
        (without_subtraction, r"\[1000.0, 1001.0\] raises OverflowError"),
        (partial(subtracting, choose=lambda z: z[0]), r"\[0.0, 2000.0\] raises OverflowError"),
        (partial(subtracting, choose=min), "subtract the largest"),
        (partial(subtracting, choose=mean), "subtract the largest"),
        (lambda z: [1 / len(z)] * len(z), "take the exponential of each"),
        (lambda z: [value / sum(z) for value in z], "take the exponential of each"),
        ([0.5, 0.5], "is a function"),
    ],
    3: [
        (361, "before rounding"),
        (582, "with the area"),
        (352, "just below"),
        (416, "a smaller one"),
        (608, "with the area"),
        (224, "too small"),
    ],
}
