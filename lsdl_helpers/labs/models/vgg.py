"""Exercises of the chapter models/vgg."""

from itertools import accumulate
from operator import mul

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number
from lsdl_helpers.models import vgg

_PARAMETERS = 14_714_688  # of D's convolutional part

_D = [layer for stage in vgg.TABLE_1["D"] for layer in [*[(3, 1)] * len(stage), (2, 2)]]

# (kernel, stride) of each layer, the receptive field, and what a wrong answer overlooks
_STACKS = (
    (([(3, 1)],), 3, "one 3x3 convolution sees its own kernel"),
    (([(3, 1)] * 3,), 7, "each further 3x3 convolution of stride 1 adds 2"),
    (([(2, 2), (3, 1)],), 6, "after a stride of 2 a step is two pixels wide"),
    (([(7, 2), (3, 2)],), 11, "a layer's own stride widens the steps of the layers after it only"),
    ((_D,), 212, "these are all of D's"),
)

_FAULTY = """\
```python
def work(stages, side=224, channels=3):
    total = 0
    for stage in stages:
        for out in stage:
            total += side**2 * 9 * channels * out
        channels = out
        side //= 2
    return total
```"""

# stages, side and channels of the input, multiply-adds, and what a wrong answer overlooks
_NETWORKS = (
    ((((64,), (128,)), 224, 3), 1_011_548_160, "one layer a stage was right before"),
    ((((64, 64),), 224, 3), 1_936_392_192, "what does the second layer of a stage read?"),
    ((((8, 16, 4),), 10, 1), 180_000, "a layer reads what the one before it puts out"),
    ((vgg.TABLE_1["D"], 224, 3), 15_346_630_656, "these are D's stages"),
)


def _stride_too_early(layers: list[tuple[int, int]]) -> int:
    distances = accumulate((stride for _, stride in layers), mul)
    return 1 + sum((kernel - 1) * d for (kernel, _), d in zip(layers, distances, strict=True))


def _work(stages: tuple, side: int, channels: int, *, step: bool, halve: bool) -> int:
    """Count multiply-adds: with ``step`` channels follow each layer, with ``halve`` poolings."""
    total = 0
    for stage in stages:
        for out in stage:
            total += side**2 * 9 * channels * out
            channels = out if step else channels
        channels = out
        side //= 2 if halve else 1
    return total


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
        title="Find the fault",
        question="This function is to count the multiply-adds of 3×3 convolutions. It is right "
        "for one layer a stage; for D it finds 8.96 billion in place of 15.35.\n\n"
        f"{_FAULTY}\n\nFind its fault. Write `work(stages, side, channels)` without the fault.",
        hint="go through the first stage of D by hand: how many channels does layer 2 read?",
        judge=Function("stages, the side of the picture and its channels", Cases(_NETWORKS)),
        remark="One line was indented too little, and four tenths of the work were lost.",
        wrong=(
            (
                lambda stages, side, channels: _work(
                    stages, side, channels, step=False, halve=True
                ),
                "what does the second layer of a stage read?",
            ),
            (
                lambda stages, side, channels: _work(
                    stages, side, channels, step=True, halve=False
                ),
                "one layer a stage was right before",
            ),
            (
                lambda stages, side, channels: 64 * side**2 * 9 * len(stages[0]) * channels,
                "one layer a stage was right before",
            ),
        ),
    ),
    Exercise(
        title="What a unit sees",
        question="Write a function of a list of layers, each `(kernel, stride)`, from the input "
        "upward, that returns the width of a unit's receptive field in pixels. Three 3×3 "
        "convolutions give 7. A pooling is a layer too.",
        hint="go from the input upward; keep the field so far and the distance of two neighbors",
        judge=Function("a list of layers", Cases(_STACKS)),
        remark="A unit at the end of D sees 212 of the 224 pixels: almost the whole picture.",
        wrong=(
            (lambda layers: 3, "each further 3x3"),
            (lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers), "after a stride of 2"),
            (_stride_too_early, "after a stride of 2"),
        ),
    ),
    Exercise(
        title="Is it better?",
        question="Two networks are tested on 2,000 photographs, the same for both. One errs on "
        "27.0 %, the other on 25.6 %, and their author calls the second one better. On how many "
        "photographs would that difference be two standard errors, as if the two tests were "
        "independent?",
        hint="the square of a difference's standard error is the sum of both squares",
        judge=Number(
            4 * (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2,
            {
                4 * 0.270 * 0.730 / 0.014**2: "both networks err; the squares of both errors add",
                (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2: "that is one standard error; two",
                2 * (0.270 * 0.730 + 0.256 * 0.744) / 0.014**2: "two errors, before the square",
                4 * (0.270 * 0.730 + 0.256 * 0.744) / 1.4**2: "1.4 points are a share of 0.014",
            },
            tolerance=0.01,
        ),
        remark="2,000 decide nothing: the difference is one standard error. Pairs would need "
        "fewer, for both networks err on many of the same pictures.",
    ),
)
