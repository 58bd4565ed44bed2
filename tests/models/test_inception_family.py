"""GoogLeNet, Inception-v3 and Xception against torchvision and timm."""

import copy

import pytest
import timm
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.measure import cost
from lsdl_helpers.models import build, googlenet, inception, xception
from tests.models.twins import materialize, pair_of, relative_difference, shapes

# The smallest pictures that keep a test honest and quick; Inception's head takes 299 only.
SIZES = {"googlenet": 64, "inception_v3": 96, "xception": 64}
PARAMETERS = {"googlenet": 6_624_904, "inception_v3": 23_834_568, "xception": 22_855_952}
WITH_HEADS = {"googlenet": 13_004_888, "inception_v3": 27_161_264}
MULTIPLY_ADDS = {  # GoogLeNet's and Inception's as torchvision's weights state them
    "googlenet": (224, 1.498), "inception_v3": (299, 5.713), "xception": (299, 8.357),
}  # fmt: skip
HEADS_AT = {"googlenet": 64, "inception_v3": 299}


def twin_of(name, **options):
    if name == "xception":
        return timm.create_model("legacy_xception", **options)
    options = {"aux_logits": False, **options}
    return torchvision.models.get_model(name, init_weights=False, **options)


def on_meta(make, *args, **options):
    with torch.device("meta"):
        return make(*args, **options)


def num_parameters(model):
    return sum(p.numel() for p in model.parameters())


def noise(size):
    return torch.rand(2, 3, size, size, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=SIZES)
def pair(request):
    """Ours and the twin with the same random weights, statistics of batch norm estimated."""
    name = request.param
    pictures = noise(SIZES[name])
    ours, twin = pair_of(name, lambda: twin_of(name, num_classes=10), pictures, num_classes=10)
    return ours, twin, pictures


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_and_multiply_adds_as_recounted(name):
    model = on_meta(build, name).eval()
    size, giga = MULTIPLY_ADDS[name]
    counted = cost(model, (1, 3, size, size))
    assert counted.parameters == num_parameters(model) == PARAMETERS[name]
    assert round(counted.multiply_adds / 1e9, 3) == giga
    assert shapes(model) == shapes(on_meta(twin_of, name))


@pytest.mark.parametrize("name", WITH_HEADS)
def test_heads_are_counted_and_named_as_torchvision_does(name):
    model = on_meta(build, name, aux_logits=True)
    assert num_parameters(model) == WITH_HEADS[name]
    assert shapes(model) == shapes(on_meta(twin_of, name, aux_logits=True))


def test_the_papers_googlenet():
    """From Table 1 alone: 5x5 filters, biases, and no batch normalization."""
    model = on_meta(build, "googlenet", paper=True).eval()
    counted = cost(model, (1, 3, 224, 224))
    assert counted.parameters == 6_998_552
    assert counted.multiply_adds == 1_582_671_872
    heads = on_meta(build, "googlenet", paper=True, aux_logits=True)
    assert num_parameters(heads) == 13_378_280
    outputs = heads.train()(torch.empty(2, 3, 224, 224, device="meta"))
    assert [tuple(logits.shape) for logits in outputs] == [(2, 1000)] * 3
    assert not [m for m in heads.modules() if isinstance(m, nn.BatchNorm2d)]


def test_why_torchvisions_googlenet_differs():
    """3x3 for 5x5, scale and shift of batch norm for a bias: the whole difference."""
    table = googlenet.TABLE_1.values()
    filters = sum((25 - 9) * reduce5 * five for _, _, _, reduce5, five, _ in table)
    channels = 64 + 64 + 192 + sum(sum(row) for row in table)
    assert 6_998_552 - filters + channels == PARAMETERS["googlenet"]


def test_modules_as_the_papers_count_them():
    assert len(googlenet.TABLE_1) == 9
    assert len(inception.TABLE_1) == 11
    modules = list(on_meta(build, "xception").modules())
    separable = [m for m in modules if isinstance(m, xception.SeparableConv2d)]
    assert len(separable) == 34
    assert sum(isinstance(m, xception.XceptionBlock) for m in modules) + 2 == 14  # and the two ends


@torch.no_grad()
def test_output_equals_the_twins(pair):
    ours, twin, pictures = pair
    expected = twin(pictures)
    assert relative_difference(expected[:1], expected[1:]) > 0.1, "the output depends on the input"
    assert relative_difference(ours(pictures), expected) <= 1e-5


def gradients(model, pictures):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    outputs = model.train()(pictures)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    sum(logits.square().mean() for logits in outputs).backward()
    return outputs, {key: p.grad for key, p in model.named_parameters()}


def copy_of(twin, name, **options):
    ours = on_meta(build, name, num_classes=10, **options)
    ours.load_state_dict(copy.deepcopy(twin.state_dict()), strict=True, assign=True)
    return ours


def assert_training_agrees(ours, twin, pictures):
    outputs, grads = gradients(ours, pictures)
    expected_outputs, expected = gradients(twin, pictures)
    assert getattr(outputs, "_fields", 0) == getattr(expected_outputs, "_fields", 0)
    for logits, other in zip(outputs, expected_outputs, strict=True):
        assert relative_difference(logits, other) <= 1e-5
    for key, grad in expected.items():
        torch.testing.assert_close(grads[key], grad, rtol=0, atol=1e-5 * grad.abs().max().item())


def test_gradients_equal_the_twins():
    twin = materialize(on_meta(twin_of, "xception", num_classes=10))
    ours = copy_of(twin, "xception")
    assert_training_agrees(ours, twin, noise(64))


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_HEADS)
def test_heads_and_gradients_equal_torchvisions(name):
    twin = materialize(on_meta(twin_of, name, num_classes=10, aux_logits=True))
    ours = copy_of(twin, name, aux_logits=True)
    assert_training_agrees(ours, twin, noise(HEADS_AT[name]))
    assert isinstance(ours.eval()(noise(96)), torch.Tensor)


@torch.no_grad()
def test_inception_undoes_the_normalization_as_torchvision_does():
    colors = torch.rand(1, 3, 4, 4)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    x = torchvision.transforms.functional.normalize(colors, mean, std)
    torch.testing.assert_close(inception.from_imagenet_normalization(x), 2 * colors - 1)
    torch.manual_seed(0)
    ours = build("inception_v3", num_classes=10, transform_input=True).eval()
    plain = build("inception_v3", num_classes=10).eval()
    plain.load_state_dict(ours.state_dict())
    pictures = noise(75)
    normalized = torchvision.transforms.functional.normalize(pictures, mean, std)
    torch.testing.assert_close(ours(normalized), plain(2 * pictures - 1))


def max_for_average(patch):
    patch.setattr(F, "avg_pool2d", lambda x, *args, **kw: F.max_pool2d(x, *args, **kw))


def no_ceiling(patch):
    patch.setattr(googlenet, "_pool", lambda kernel=3: nn.MaxPool2d(kernel, 2))


def table_of_the_paper_for_the_last_pooling(patch):
    patch.setattr(googlenet, "_pool", lambda kernel=3: nn.MaxPool2d(3, 2, ceil_mode=True))


def other_order_of_branches(patch):
    original = torch.cat
    patch.setattr(torch, "cat", lambda tensors, dim: original(tensors[::-1], dim))


def default_epsilon(patch):
    patch.setattr(googlenet.nn, "BatchNorm2d", norm_with_epsilon(1e-2))


def norm_with_epsilon(eps):
    original = nn.BatchNorm2d
    return lambda channels, **options: original(channels, eps=eps)


def missing_shortcut(patch):
    patch.setattr(xception.XceptionBlock, "forward", lambda self, x: self.rep(x))


def relu_in_place(patch):
    """The shortcut then carries what is left after the first ReLU."""
    original = xception.XceptionBlock.__init__

    def init(self, *args, **options):
        original(self, *args, **options)
        for module in self.rep:
            if isinstance(module, nn.ReLU):
                module.inplace = True

    patch.setattr(xception.XceptionBlock, "__init__", init)


def padding_as_in_keras(patch):
    class Same(nn.MaxPool2d):
        def forward(self, x):
            left = x.shape[-1] % 2  # square pictures: the same above and below
            return F.max_pool2d(F.pad(x, (left, 1, left, 1), value=-torch.inf), 3, 2)

    patch.setattr(xception.nn, "MaxPool2d", Same)


MISTAKES = {
    "googlenet": [
        no_ceiling, table_of_the_paper_for_the_last_pooling, other_order_of_branches,
        default_epsilon,
    ],
    "inception_v3": [max_for_average, other_order_of_branches, default_epsilon],
    "xception": [missing_shortcut, relu_in_place, padding_as_in_keras, default_epsilon],
}  # fmt: skip
NAMES = {"GoogLeNet": "googlenet", "InceptionV3": "inception_v3", "Xception": "xception"}


@pytest.mark.slow
@torch.no_grad()
def test_the_comparison_would_see_a_mistake(pair):
    ours, twin, pictures = pair
    expected = twin(pictures)
    name = NAMES[type(ours).__name__]
    for mistake in MISTAKES[name]:
        with pytest.MonkeyPatch.context() as patch:
            mistake(patch)
            broken = on_meta(build, name, num_classes=10).eval()
            broken.load_state_dict(twin.state_dict(), strict=True, assign=True)
            assert relative_difference(broken(pictures), expected) > 1e-3, mistake.__name__


@pytest.mark.parametrize("name", PARAMETERS)
def test_weights_start_so_that_signals_keep_their_size(name):
    torch.manual_seed(0)
    convolution = next(
        m for m in build(name).modules()
        if isinstance(m, nn.Conv2d) and m.weight.numel() > 50_000 and m.groups == 1
    )  # fmt: skip
    fan_out = convolution.weight[:, 0].numel()
    assert convolution.weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.02)
