import itertools

import pytest
import torch
import torchvision
from torch import nn

from lsdl_helpers.models import build, list_models
from lsdl_helpers.models.vgg import TABLE_1, make_layers
from tests.models.twins import on_meta, pair_of, relative_difference, shapes, weighted_layers

COUNTS = {  # layers with weights, parameters: as Table 2 prints them, rounded to millions
    "vgg11": (11, 132_863_336),
    "vgg11_lrn": (11, 132_863_336),
    "vgg13": (13, 133_047_848),
    "vgg16_c": (16, 133_638_952),
    "vgg16": (16, 138_357_544),
    "vgg19": (19, 143_667_240),
}
TWINS = ["vgg11", "vgg13", "vgg16", "vgg19"]


@pytest.mark.parametrize("name", COUNTS)
def test_layers_with_weights_and_parameters_as_recounted(name):
    model = on_meta(name)
    num_parameters = sum(p.numel() for p in model.parameters())
    assert (len(weighted_layers(model)), num_parameters) == COUNTS[name]


def test_c_is_d_with_a_smaller_last_filter_in_three_stages():
    pairs = zip(weighted_layers(on_meta("vgg16_c")), weighted_layers(on_meta("vgg16")), strict=True)
    smaller = [k for k, (c, d) in enumerate(pairs, 1) if c.weight.shape[2:] != d.weight.shape[2:]]
    assert smaller == [7, 10, 13]


def test_normalization_is_that_of_krizhevsky():
    lrn = next(m for m in on_meta("vgg11_lrn").modules() if isinstance(m, nn.LocalResponseNorm))
    a = torch.rand(1, 7, 1, 1) * 100
    expected = a[0, 3] / (2 + 1e-4 * (a[0, 1:6] ** 2).sum()) ** 0.75  # k = 2, n = 5
    torch.testing.assert_close(lrn(a)[0, 3], expected)


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("name", TWINS)
def test_keys_and_shapes_equal_torchvision(name, batch_norm):
    with torch.device("meta"):
        twin = torchvision.models.get_model(name + "_bn" * batch_norm, init_weights=False)
    assert shapes(on_meta(name, batch_norm=batch_norm)) == shapes(twin)


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=[*TWINS, "vgg11_bn", "vgg16_bn"])
def pair(request, pictures):
    """Ours and torchvision's with the same random weights, statistics of batch norm estimated."""
    name, _, norm = request.param.partition("_")

    def make_twin():
        return torchvision.models.get_model(request.param, init_weights=False, num_classes=10)

    return pair_of(name, make_twin, pictures, num_classes=10, batch_norm=bool(norm))


@pytest.mark.slow
@torch.no_grad()
def test_output_equals_torchvision(pair, pictures):
    ours, twin = pair
    assert relative_difference(ours(pictures), twin(pictures)) <= 1e-6


@pytest.mark.slow
@torch.no_grad()
def test_the_comparison_would_see_a_mistake(pair, pictures):
    """A parity test has power only where the output depends on the input and on each part."""
    ours, twin = pair
    expected = twin(pictures)
    assert relative_difference(expected[:1], expected[1:]) > 1e-3
    for mistake in (average_pooling, missing_relu, other_epsilon):
        broken = build_with(mistake, ours)
        if broken is not None:
            assert relative_difference(broken(pictures), expected) > 1e-5, mistake.__name__


def average_pooling(features):
    last = max(k for k, m in enumerate(features) if isinstance(m, nn.MaxPool2d))
    return {last: nn.AvgPool2d(2)}


def missing_relu(features):
    return {next(k for k, m in enumerate(features) if isinstance(m, nn.ReLU)): nn.Identity()}


def other_epsilon(features):
    norms = {k: m for k, m in enumerate(features) if isinstance(m, nn.BatchNorm2d)}
    for k, norm in list(norms.items())[:1]:
        changed = nn.BatchNorm2d(norm.num_features, eps=1e-3)
        changed.load_state_dict(norm.state_dict())
        return {k: changed.eval()}
    return None


def build_with(mistake, model):
    """A view of the model's layers with some replaced; None where the mistake cannot be made."""
    replaced = mistake(model.features)
    if replaced is None:
        return None
    features = nn.Sequential(*[replaced.get(k, m) for k, m in enumerate(model.features)])
    return nn.Sequential(features, model.avgpool, nn.Flatten(), model.classifier)


@pytest.mark.parametrize("name", list_models())
def test_logits_have_the_number_of_classes(name):
    picture = torch.empty(2, 3, 96, 96, device="meta")
    assert on_meta(name, num_classes=10)(picture).shape == (2, 10)


def test_batch_norm_follows_every_convolution():
    for stages in TABLE_1.values():
        layers = list(make_layers(stages, batch_norm=True))
        for convolution, norm in itertools.pairwise(layers):
            assert isinstance(convolution, nn.Conv2d) == isinstance(norm, nn.BatchNorm2d)


def test_weights_start_as_documented():
    model = build("vgg11")
    first, last = weighted_layers(model)[0], weighted_layers(model)[-1]
    assert first.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.1)
    assert last.weight.std().item() == pytest.approx(0.01, rel=0.01)
    assert not first.bias.any()
