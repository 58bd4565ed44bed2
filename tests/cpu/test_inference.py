import copy

import pytest
import torch
from torch import nn
from torch._inductor import config as inductor

from lsdl_helpers.cpu import inference, optimize_for_inference
from lsdl_helpers.cpu.inference import bfloat16_instructions
from lsdl_helpers.data import photograph
from lsdl_helpers.models import build
from lsdl_helpers.pretrained import pretrained
from tests.models.twins import relative_difference

SIZES = {"googlenet": 64, "inception_v3": 96, "xception": 64, "efficientnet_lite0": 64}
PHOTOGRAPHS = ["astronaut", "camera", "chelsea", "china", "coffee", "flower", "rocket"]


@pytest.fixture
def instructions(monkeypatch):
    """Whether bfloat16 has instructions here, as the test wishes."""

    def have(name):
        monkeypatch.setattr(inference, "bfloat16_instructions", lambda device: name)

    return have


def small():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten())
    network[1].running_mean.normal_()
    network[1].running_var.uniform_(0.5, 2)
    return network.eval()


@pytest.fixture(scope="module", params=SIZES)
def network(request):
    """A network whose batch normalization is estimated, pictures, and its answers."""
    torch.manual_seed(0)
    model = build(request.param, num_classes=10)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    x = torch.rand(2, 3, SIZES[request.param], SIZES[request.param])
    with torch.no_grad():
        model(x)
        return model.eval(), x, model(x)


def test_float32_differs_by_rounding(network):
    model, x, expected = network
    logits = optimize_for_inference(model)(x)
    assert relative_difference(expected[:1], expected[1:]) > 0.1, "the output depends on the input"
    assert logits.dtype == torch.float32
    assert relative_difference(logits, expected) <= 1e-3


def test_bfloat16_keeps_the_labels_of_trained_weights(instructions):
    """Random weights would not do: they multiply each rounding from layer to layer."""
    instructions("what it needs")
    lite0 = pretrained("efficientnet_lite0")
    network, preprocess = lite0.network, lite0.preprocess
    pictures = torch.cat([preprocess(photograph(name)) for name in PHOTOGRAPHS])
    optimized = optimize_for_inference(network, dtype=torch.bfloat16)
    assert {p.dtype for p in optimized.parameters()} == {torch.bfloat16}
    with torch.no_grad():
        logits, expected = optimized(pictures), network(pictures)
    assert logits.dtype == torch.float32
    assert 1e-3 < relative_difference(logits, expected) <= 0.06
    assert torch.equal(logits.argmax(1), expected.argmax(1))


def test_the_model_passed_in_is_left_as_it_is():
    model = small().train()
    before = copy.deepcopy(model.state_dict())
    optimized = optimize_for_inference(model)
    assert model.training
    assert all(p.requires_grad for p in model.parameters())
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
    assert model[0].weight.is_contiguous()
    assert not any(p.requires_grad for p in optimized.parameters())


def test_every_batch_norm_is_folded(network):
    model, _, _ = network
    optimized = optimize_for_inference(model)
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    assert not [m for m in optimized.modules() if isinstance(m, nn.BatchNorm2d)]
    assert optimized.report[0].startswith(f"{len(norms)} batch normalizations folded")


def test_the_report_says_what_was_done(instructions):
    instructions("instructions")
    assert repr(optimize_for_inference(small(), dtype=torch.bfloat16)).splitlines() == [
        "OptimizedNetwork:",
        "  1 batch normalizations folded into convolutions: nothing to compute",
        "  channels-last: what a convolution reads together stands together in memory",
        "  bfloat16: cpu has instructions, and half the bytes move",
        "  not compiled: not asked for",
    ]
    assert "float32: bfloat16 was not asked for" in optimize_for_inference(small()).report


def test_bfloat16_that_is_not_there_is_reported(instructions, capsys):
    instructions("")
    optimized = optimize_for_inference(small(), dtype=torch.bfloat16)
    assert {p.dtype for p in optimized.parameters()} == {torch.float32}
    line = "float32, though bfloat16 was asked for: no instructions for it known on cpu"
    assert line in optimized.report
    assert capsys.readouterr().out == line + "\n"


@pytest.mark.parametrize("amx", [False, True])
@pytest.mark.parametrize("avx512", [False, True])
def test_instructions_of_the_processor(amx, avx512, monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx512)
    expected = "AMX" if amx else "AVX-512 BF16" if avx512 else ""
    assert bfloat16_instructions(torch.device("cpu")) == expected


class SharedConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.bn = nn.BatchNorm2d(3)
        self.bn.running_mean += 1

    def forward(self, x):
        return self.bn(self.conv(x)) + self.conv(x)


class Branching(SharedConvolution):
    def forward(self, x):
        return self.bn(self.conv(x)) if x.sum() > 0 else x


def test_what_cannot_be_folded_is_kept():
    x = torch.rand(1, 3, 4, 4)
    shared = SharedConvolution().eval()
    torch.testing.assert_close(optimize_for_inference(shared)(x), shared(x))
    branching = Branching().eval()
    optimized = optimize_for_inference(branching)
    torch.testing.assert_close(optimized(x), branching(x))
    assert optimized.report[0].startswith("batch normalization kept: the network cannot be traced")


def test_what_is_not_allowed():
    with pytest.raises(ValueError, match=r"dtype is torch.float16; it must be None, torch.float32"):
        optimize_for_inference(small(), dtype=torch.float16)
    with pytest.raises(ValueError, match=r"parameters of torch.float64; all must be torch.float32"):
        optimize_for_inference(small().double())


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_compiled_answers_are_the_same(monkeypatch):
    monkeypatch.setattr(inductor, "compile_threads", 1)  # no pool of processes for one kernel
    monkeypatch.setattr(inductor.cpp, "vec_isa_ok", False)  # nor a process a set of instructions
    model, x = small(), torch.rand(1, 3, 8, 8)
    optimized = optimize_for_inference(model, compile=True)
    torch.testing.assert_close(optimized(x), model(x))
    assert "compiled at the first call" in repr(optimized)
