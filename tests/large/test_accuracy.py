import math

import pytest

from lsdl_helpers.large import imagenet_accuracies
from lsdl_helpers.large.accuracy import IMAGENET
from lsdl_helpers.measure import cost
from tests.models.twins import on_meta

OURS = {
    "VGG-16": ("vgg16", {}), "ResNet-50": ("resnet50", {"variant": "v1"}),
    "ResNet-152": ("resnet152", {"variant": "v1"}), "Inception-v3": ("inception_v3", {}),
    "Xception": ("xception", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_our_networks_have_the_work_and_the_parameters_of_the_table(name):
    row, (built, options) = IMAGENET[name], OURS[name]
    counted = cost(on_meta(built, **options), (1, 3, row.side, row.side))
    assert round(counted.multiply_adds / 1e9, 2) == row.multiply_adds
    assert counted.parameters / 1e6 == pytest.approx(row.parameters, rel=0.01)

# EfficientNet-B0, Table 1 of its paper: expansion, channels, repeats, stride, kernel.
STAGES = [
    (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
]  # fmt: skip
# The factors of width and depth, and the parameters that torchvision states.
FAMILY = {
    "B0": (1.0, 1.0, 5_288_548), "B1": (1.0, 1.1, 7_794_184), "B2": (1.1, 1.2, 9_109_994),
    "B3": (1.2, 1.4, 12_233_232), "B4": (1.4, 1.8, 19_341_616), "B5": (1.6, 2.2, 30_389_784),
    "B6": (1.8, 2.6, 43_040_704), "B7": (2.0, 3.1, 66_347_960),
}  # fmt: skip


def multiple_of_8(channels):
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


class Counter:
    """Parameters and multiply-adds of convolutions, each with a batch normalization."""

    def __init__(self, side):
        self.side, self.parameters, self.multiply_adds = side, 0, 0

    def convolve(self, channels, out, kernel=1, stride=1, groups=1):
        self.side = -(-self.side // stride)
        weights = channels // groups * out * kernel**2
        self.parameters += weights + 2 * out
        self.multiply_adds += weights * self.side**2

    def connect(self, channels, out):
        self.parameters += channels * out + out
        self.multiply_adds += channels * out


def count_efficientnet(width, depth, side):
    counter, channels = Counter(side), multiple_of_8(32 * width)
    counter.convolve(3, channels, 3, stride=2)
    for expansion, out, repeats, stride, kernel in STAGES:
        for block in range(math.ceil(repeats * depth)):
            inner, squeezed = channels * expansion, max(1, channels // 4)
            if expansion > 1:
                counter.convolve(channels, inner)
            counter.convolve(inner, inner, kernel, 1 if block else stride, groups=inner)
            counter.connect(inner, squeezed)  # squeeze and excitation
            counter.connect(squeezed, inner)
            channels = multiple_of_8(out * width)
            counter.convolve(inner, channels)
    last = multiple_of_8(1280 * width)
    counter.convolve(channels, last)
    counter.connect(last, 1000)
    return counter


@pytest.mark.parametrize("member", FAMILY)
def test_the_family_is_counted_from_its_table(member):
    row, (width, depth, parameters) = IMAGENET[f"EfficientNet-{member}"], FAMILY[member]
    counted = count_efficientnet(width, depth, row.side)
    assert counted.parameters == parameters
    assert counted.parameters / 1e6 == pytest.approx(row.parameters, rel=0.02)
    assert round(counted.multiply_adds / 1e9, 2) == row.multiply_adds


def test_a_family_grows_in_all_its_columns():
    family = imagenet_accuracies().filter(like="EfficientNet", axis="index")
    assert len(family) == 8
    for column in ("side", "multiply_adds", "parameters", "top1"):
        assert family[column].is_monotonic_increasing
        assert family[column].is_unique
    # the rule of its paper: about twice the work a step
    steps = family.multiply_adds.iloc[-1] / family.multiply_adds.iloc[0]
    assert 1.7 < steps ** (1 / 7) < 2.1


def test_the_table_begins_with_the_oldest():
    assert imagenet_accuracies().year.is_monotonic_increasing
