"""Exercises of the chapter models/vgg."""

from itertools import accumulate
from operator import mul

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number
from lsdl_helpers.models import vgg

_PARAMETERS = 14_714_688  # of D's convolutional part
_CONVOLUTIONS, _CONNECTED = 15_346_630_656, 123_633_664  # D's multiply-adds at 224x224

_D = [layer for stage in vgg.TABLE_1["D"] for layer in [*[(3, 1)] * len(stage), (2, 2)]]

# (kernel, stride) of each layer, the receptive field, and what a wrong answer overlooks
_STACKS = (
    (([(3, 1)],), 3, "one 3x3 convolution sees its own kernel"),
    (([(3, 1)] * 3,), 7, "each further 3x3 convolution of stride 1 adds 2"),
    (([(2, 2), (3, 1)],), 6, "after a stride of 2 a step is two pixels wide"),
    (([(7, 2), (3, 2)],), 11, "a layer's own stride widens the steps of the layers after it only"),
    ((_D,), 212, "these are all of D's"),
)


def _stride_too_early(layers: list[tuple[int, int]]) -> int:
    distances = accumulate((stride for _, stride in layers), mul)
    return 1 + sum((kernel - 1) * d for (kernel, _), d in zip(layers, distances, strict=True))


EXERCISES = (
    Exercise(
        title="The network without its largest layer",
        question="Replace D's three fully connected layers by an average over the 7×7 positions "
        "and one layer from 512 to 1000, as later networks do. How many parameters are left?",
        hint="the convolutional part keeps its own; what does a 512 to 1000 layer with biases add?",
        judge=Number(
            _PARAMETERS + 512 * 1000 + 1000,
            {
                _PARAMETERS + 512 * 1000: "the new layer has 1000 biases too",
                _PARAMETERS - 4224 + 512 * 1000 + 1000: "the convolutions have biases too",
                _PARAMETERS: "the new layer has parameters as well",
                512 * 1000 + 1000: "the convolutions stay",
                _PARAMETERS + 512 * 49 * 1000 + 1000: "the average leaves one value a channel",
            },
        ),
        remark="Nine in ten parameters are gone, and hardly a multiply-add.",
    ),
    Exercise(
        title="Twice the resolution",
        question="D gets a picture of 448×448 instead of 224×224; the last map is still "
        "averaged to 7×7 before the fully connected layers. By what factor do the multiply-adds "
        "grow? Predict it to two decimals before you count.",
        hint="cost(model, (1, 3, 448, 448)) counts; before you run it, which layers do not grow?",
        judge=Number(
            (4 * _CONVOLUTIONS + _CONNECTED) / (_CONVOLUTIONS + _CONNECTED),
            {
                4.0: "close, but do all layers get four times as much to do?",
                2.0: "the width doubles and the height doubles: how many positions is that?",
                16.0: "four times as many positions, each with the same work",
                1.0: "the parameters stay the same, the positions at which they are used do not",
            },
            tolerance=2e-3,
        ),
        remark="Convolutions grow with the area; the fully connected layers see 7x7 as before.",
    ),
    Exercise(
        title="What a unit sees",
        question="Write a function that takes a list of layers, each `(kernel, stride)`, from "
        "the input upward, and returns the width of the receptive field of one output unit, in "
        "pixels. Three 3×3 convolutions give 7. A pooling is a layer too.",
        hint="go from the input upward; keep the field so far and the distance of two neighbors",
        judge=Function("a list of layers", Cases(_STACKS)),
        remark="A unit at the end of D sees 212 of the 224 pixels: almost the whole picture.",
        wrong=(
            (lambda layers: 3, "each further 3x3"),
            (lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers), "after a stride of 2"),
            (_stride_too_early, "after a stride of 2"),
        ),
    ),
)
