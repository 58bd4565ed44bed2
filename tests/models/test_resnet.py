import copy

import pytest
import timm
import torch
import torchvision
from torch import nn

from lsdl_helpers.measure import cost
from lsdl_helpers.measure.depth import layers_with_weights, longest_path
from lsdl_helpers.models import build
from lsdl_helpers.models.residual import PadShortcut, PreactBlock, ResidualBlock
from tests.models.twins import (
    estimate_batch_norm,
    materialize,
    on_meta,
    pair_of,
    relative_difference,
    shapes,
)

DEPTHS = (18, 34, 50, 101, 152)
PARAMETERS = dict(zip(DEPTHS, (11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808),
                      strict=True))  # fmt: skip
SMALL = {20: 269_722, 56: 853_018, 110: 1_727_962}
PAIRS = [(depth, variant) for depth in DEPTHS for variant in ("v1.5", "preact")]


def twin_of(depth, variant, **options):
    if variant == "preact":
        return timm.create_model(f"resnetv2_{depth}", **options)
    twin = torchvision.models.get_model(f"resnet{depth}", **options)
    if variant == "v1":
        move_stride(twin)
    return twin


def move_stride(twin):
    """Make torchvision's ResNet the published one: stride in the first 1x1, not in the 3x3."""
    for block in twin.modules():
        if isinstance(block, torchvision.models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, (1, 1)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("variant", ["v1", "v1.5", "preact"])
def test_keys_and_shapes_equal_the_twins(depth, variant):
    with torch.device("meta"):
        twin = twin_of(depth, variant)
    assert shapes(on_meta(f"resnet{depth}", variant=variant)) == shapes(twin)


@pytest.fixture(scope="module")
def pictures():
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=[*PAIRS, (50, "v1"), (101, "v1"), (152, "v1")], ids=str)
def pair(request, pictures):
    """Ours and its twin with the same random weights, statistics of batch norm estimated.

    The deeper ones repeat blocks, as the keys show, and are compared without the repetitions.
    """
    depth, variant = request.param
    return make_pair(depth, variant, pictures, all_blocks=depth in (18, 50))


def make_pair(depth, variant, pictures, all_blocks):
    return pair_of(
        f"resnet{depth}", lambda: twin_of(depth, variant, num_classes=10), pictures,
        change=(lambda model: model) if all_blocks else two_blocks_a_stage,
        variant=variant, num_classes=10,
    )  # fmt: skip


def two_blocks_a_stage(model):
    """Leave the block that changes the shape and one that does not."""
    if hasattr(model, "stages"):
        stages = [stage.blocks for stage in model.stages]
    else:
        stages = [model.layer1, model.layer2, model.layer3, model.layer4]
    for blocks in stages:
        del blocks[2:]
    return model


@pytest.mark.slow
@torch.no_grad()
def test_output_equals_the_twins(pair, pictures):
    ours, twin = pair
    expected = twin(pictures)
    assert relative_difference(expected[:1], expected[1:]) > 0.01, "depends on the input"
    assert relative_difference(ours(pictures), expected) <= 1e-5


@pytest.mark.parametrize(("variant", "depth"), [("v1.5", 18), ("v1", 50), ("preact", 50)])
def test_gradients_equal_the_twins(depth, variant, pictures):
    pair = make_pair(depth, variant, pictures, all_blocks=False)
    ours, twin = (model.double().train() for model in pair)
    for model in (ours, twin):
        model(pictures.double()).logsumexp(1).sum().backward()
    expected = dict(twin.named_parameters())
    assert all(p.grad.norm() > 0 for p in expected.values())
    for name, parameter in ours.named_parameters():
        assert relative_difference(parameter.grad, expected[name].grad) <= 1e-9, name


MISTAKES = {
    "average pooling": lambda net: setattr(net, "maxpool", nn.AvgPool2d(3, 2, padding=1)),
    "a block without its shortcut": lambda net: setattr(net.layer1[1], "residual", False),
    "the stride moved": lambda net: move_our_stride(net.layer2[0]),
    "another epsilon": lambda net: setattr(net.layer3[0].bn2, "eps", 1e-3),
    "no ReLU in the stem": lambda net: setattr(net, "relu", nn.Identity()),
}


def move_our_stride(block):
    block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride


@pytest.fixture(scope="module")
def model(pictures):
    model = two_blocks_a_stage(on_meta("resnet50", num_classes=10))
    return estimate_batch_norm(materialize(model), pictures)


@torch.no_grad()
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_comparison_would_see_a_mistake(mistake, model, pictures):
    expected = model(pictures)
    broken = copy.deepcopy(model)
    MISTAKES[mistake](broken)
    assert relative_difference(broken(pictures), expected) > 1e-4


@torch.no_grad()
def test_the_comparison_would_see_a_projection_of_the_unnormalized(pictures):
    ours = on_meta("resnet18", variant="preact", num_classes=10)
    ours = estimate_batch_norm(materialize(ours), pictures)
    expected = ours(pictures)
    block = ours.stages[1].blocks[0]
    seen = []
    block.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    block.downsample.register_forward_pre_hook(lambda module, inputs: (seen[-1],))
    assert relative_difference(ours(pictures), expected) > 1e-4


@pytest.mark.parametrize("depth", DEPTHS)
def test_parameters_and_depth_as_recounted(depth):
    model = on_meta(f"resnet{depth}")
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[depth]
    assert longest_path(model) == depth


def test_preact_parameters_as_recounted():
    model = on_meta("resnet50", variant="preact")
    assert sum(p.numel() for p in model.parameters()) == 25_549_352


@pytest.mark.parametrize(("depth", "variant", "giga"), [
    (50, "v1", 3.86),  # as published: 3.8
    (50, "v1.5", 4.09),
    (152, "v1", 11.28),  # as published: 11.3
])  # fmt: skip
def test_multiply_adds_as_recounted(depth, variant, giga):
    counted = cost(on_meta(f"resnet{depth}", variant=variant), (1, 3, 224, 224))
    assert round(counted.multiply_adds / 1e9, 2) == giga


@pytest.mark.parametrize(("name", "options", "millions"), [
    ("resnet50", {"variant": "v1"}, 10.6),
    ("resnet152", {"variant": "v1"}, 22.0),
    ("vgg16", {}, 13.6),
    ("vgg19", {}, 14.9),
    ("googlenet", {}, 3.2),
])  # fmt: skip
def test_units_as_recounted(name, options, millions):
    """One unit for each output of a convolution or fully connected layer."""
    units = cost(on_meta(name, **options), (1, 3, 224, 224)).units
    assert round(units / 1e6, 1) == millions


@pytest.mark.parametrize(("depth", "variant", "keras"), [
    (50, "v1.5", 107), (152, "v1.5", 311), (50, "preact", 103),
])  # fmt: skip
def test_layers_with_weights_as_in_keras(depth, variant, keras):
    assert layers_with_weights(on_meta(f"resnet{depth}", variant=variant)) == keras


@pytest.mark.parametrize("depth", SMALL)
@pytest.mark.parametrize("options", [{}, {"residual": False}, {"variant": "preact"}], ids=str)
def test_small_networks_as_published(depth, options):
    """0.27, 0.85 and 1.7 million parameters; option A and plain have the same."""
    model = on_meta(f"resnet{depth}", **options)
    assert sum(p.numel() for p in model.parameters()) == SMALL[depth]
    assert longest_path(model) == depth


def test_a_small_network_without_normalization_has_biases():
    model = on_meta("resnet20", batch_norm=False)
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) == 19
    assert all(layer.bias is not None for layer in convolutions)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in model.modules())


def test_option_a_reads_every_second_pixel_and_adds_zeros():
    x = torch.arange(2 * 2 * 4 * 4.0).view(2, 2, 4, 4)
    y = PadShortcut(2, 5, 2)(x)
    assert y.shape == (2, 5, 2, 2)
    assert torch.equal(y[:, :2], x[:, :, ::2, ::2])
    assert not y[:, 2:].any()


@pytest.mark.parametrize("kind", [ResidualBlock, PreactBlock])
def test_a_shortcut_adds_the_input(kind):
    torch.manual_seed(0)
    block = kind(4, [(3, 4, 1), (3, 4, 1)]).eval()
    x = torch.rand(2, 4, 8, 8)
    before = x.clone()
    with_shortcut = block(x)
    assert torch.equal(x, before), "the input is left as it was"
    block.residual = False
    plain = block(x)
    if kind is ResidualBlock:  # rectified after the sum: so are both sides here
        assert (with_shortcut >= plain).all()
        assert not torch.equal(with_shortcut, plain)
    else:
        torch.testing.assert_close(with_shortcut, plain + x)


@pytest.mark.parametrize(("name", "options", "message"), [
    ("resnet50", {"variant": "v2"}, "variant is 'v2'; it must be one of v1, v1.5, preact"),
    ("resnet20", {"variant": "v1.5"}, "variant is 'v1.5'; it must be one of v1, preact"),
    ("resnet20", {"width": 0}, "width is 0; it must be a whole number"),
])  # fmt: skip
def test_a_wrong_option_is_named(name, options, message):
    with pytest.raises(ValueError, match=message):
        build(name, **options)
