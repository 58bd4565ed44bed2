"""Exercises of the chapter models/vgg."""

from typing import Any

import torch

from lsdl_helpers.labs.checks import Exercise, function, number
from lsdl_helpers.measure import cost
from lsdl_helpers.models import build, vgg

_CONVOLUTIONS = 14_714_688  # parameters of D's convolutional part


def _meta_cost(size: int) -> int:
    with torch.device("meta"):
        return cost(build("vgg16"), (1, 3, size, size)).multiply_adds


def _judge_resolution(answer: Any) -> str | None:
    expected = _meta_cost(448) / _meta_cost(224)
    slips = {
        4.0: "close, but do all layers get four times as much to do?",
        2.0: "the width doubles and the height doubles: how many positions is that?",
        16.0: "four times as many positions, each with the same work",
        1.0: "the parameters stay the same, the positions at which they are used do not",
    }
    return number(expected, slips, tolerance=2e-3)(answer)


_D = [layer for stage in vgg.TABLE_1["D"] for layer in [*[(3, 1)] * len(stage), (2, 2)]]

# (kernel, stride) of each layer, the receptive field, and what a wrong answer overlooks
_STACKS = (
    (([(3, 1)],), 3, "one 3x3 convolution sees its own kernel"),
    (([(3, 1)] * 3,), 7, "each further 3x3 convolution of stride 1 adds 2"),
    (([(2, 2), (3, 1)],), 6, "after a stride of 2 a step is two pixels wide"),
    (([(7, 2), (3, 2)],), 11, "a layer's own stride widens the steps of the layers after it only"),
    ((_D,), 212, "these are all of D's"),
)

EXERCISES = (
    Exercise(
        asks="the number of parameters that are left, in full",
        hint="the convolutional part keeps its own; what does a 512 to 1000 layer with biases add?",
        judge=number(
            _CONVOLUTIONS + 512 * 1000 + 1000,
            {
                _CONVOLUTIONS + 512 * 1000: "the new layer has 1000 biases too",
                _CONVOLUTIONS - 4224 + 512 * 1000 + 1000: "the convolutions have biases too",
                _CONVOLUTIONS: "the new layer has parameters as well",
                512 * 1000 + 1000: "the convolutions stay",
                _CONVOLUTIONS + 512 * 49 * 1000 + 1000: "the average leaves one value a channel",
            },
        ),
        right="Nine in ten parameters are gone, and hardly a multiply-add.",
    ),
    Exercise(
        asks="the multiply-adds at 448x448 divided by those at 224x224",
        hint="cost(model, (1, 3, 448, 448)) counts; before you run it, which layers do not grow?",
        judge=_judge_resolution,
        right="Convolutions grow with the area; the fully connected layers see 7x7 as before.",
    ),
    Exercise(
        asks="a function: list of (kernel, stride) -> width of the receptive field in pixels",
        hint="go from the input upward; keep the field so far and the distance of two neighbors",
        judge=function("a list of layers", _STACKS),
        right="A unit at the end of D sees 212 of the 224 pixels: almost the whole picture.",
    ),
)
