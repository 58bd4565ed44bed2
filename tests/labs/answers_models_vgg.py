"""Right and wrong answers to the exercises of models/vgg, each wrong one with its advice."""

import math

import torch


def receptive_field(layers):
    field, distance = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * distance
        distance *= stride
    return field


def without_strides(layers):
    return 1 + sum(kernel - 1 for kernel, _ in layers)


def stride_too_early(layers):
    field, distance = 1, 1
    for kernel, stride in layers:
        distance *= stride
        field += (kernel - 1) * distance
    return field


SOLUTIONS = {1: torch.tensor(15_227_688), 2: 3.976, 3: receptive_field}
WRONG = {
    1: [
        (15_226_688, "biases"),
        (14_714_688, "the new layer has parameters"),
        (513_000, "the convolutions stay"),
        (39_803_688, "one value a channel"),
        (15_223_464, "the convolutions have biases"),
        (138_357_544, "too large"),
        ("many", "is a number, not 'many'"),
    ],
    2: [
        (4, "do all layers"),
        (2, "how many positions"),
        (16, "the same work"),
        (1, "positions"),
        (3.9, "too small"),
        (math.nan, "is a number, not nan"),
    ],
    3: [
        (lambda layers: 3, "each further 3x3"),
        (without_strides, "after a stride of 2"),
        (stride_too_early, "instead of 6"),
        (7, "is a function"),
        (lambda a, b: 1, "raises TypeError"),
    ],
}
