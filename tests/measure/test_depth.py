import pytest
from torch import nn

from lsdl_helpers.measure.depth import convolutional_layers, layers_with_weights, longest_path
from tests.models.twins import on_meta


class Branches(nn.Module):
    """Two ways to one sum: three layers with weights on one, one and a pooling on the other."""

    def __init__(self):
        super().__init__()
        depthwise = nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.long = nn.Sequential(nn.Conv2d(4, 4, 1), depthwise, nn.Conv2d(4, 4, 1))
        self.short = nn.Sequential(nn.MaxPool2d(1), nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4))
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc((self.long(x) + self.short(x)).mean((2, 3)))


def test_the_longest_of_two_paths():
    assert longest_path(Branches()) == 4
    assert convolutional_layers(Branches()) == 2, "the separable one counts once"
    assert layers_with_weights(Branches()) == 5, "all paths, the norm, the separable one once"


def test_pooling_is_counted_where_asked():
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.MaxPool2d(1), nn.Flatten(), nn.Linear(4, 1))
    assert (longest_path(model), longest_path(model, pooling=True)) == (2, 3)


@pytest.mark.parametrize(("name", "depth"), [("vgg11", 11), ("vgg16", 16), ("vgg19", 19)])
def test_vgg(name, depth):
    assert longest_path(on_meta(name)) == layers_with_weights(on_meta(name)) == depth
    assert convolutional_layers(on_meta(name)) == depth - 3


@pytest.mark.parametrize(("name", "paper", "path", "weights"), [
    ("googlenet", 21, 22, 115),
    ("inception_v3", 47, 48, 189),
    ("xception", 36, 71, 81),
])  # fmt: skip
def test_three_rules_three_depths(name, paper, path, weights):
    model = on_meta(name)
    assert convolutional_layers(model) == paper
    assert longest_path(model) == path
    assert layers_with_weights(model) == weights


def test_googlenet_is_27_layers_deep_with_its_poolings():
    assert longest_path(on_meta("googlenet"), pooling=True) == 27


def test_a_layer_of_our_own_is_not_looked_into():
    """EfficientNet's padding depends on the shape, which a trace does not know."""
    assert longest_path(on_meta("efficientnet_lite0")) == 50


def test_a_network_without_weights_has_no_depth():
    assert longest_path(nn.ReLU()) == layers_with_weights(nn.ReLU()) == 0
