"""Training with rounded numbers."""

import functools

import pytest
import torch
from torch.nn import functional as F

from lsdl_helpers.data import glyphs
from lsdl_helpers.hardware import Recipe, accuracy, scaled_cast, train_rounded
from lsdl_helpers.hardware.low_precision import gradients, random_networks
from lsdl_helpers.numerics import FixedPoint


@functools.cache
def data(n, seed):
    images, labels = glyphs(n, seed)
    return images.flatten(1), labels


def test_the_gradients_are_those_of_autograd():
    networks = random_networks(2, (6, 5, 3), torch.Generator().manual_seed(0))
    parts = [part.requires_grad_() for part in networks.tensors()]
    x, labels = torch.rand(2, 7, 6), torch.randint(3, (2, 7))
    by_hand = gradients(networks, x, labels, Recipe())
    hidden = (x @ parts[0] + parts[1]).relu()
    logits = hidden @ parts[2] + parts[3]
    loss = sum(F.cross_entropy(z, y) for z, y in zip(logits, labels, strict=True))
    for one, other in zip(by_hand, torch.autograd.grad(loss, parts), strict=True):
        torch.testing.assert_close(one, other)


def test_it_learns_and_a_seed_repeats():
    nets = [train_rounded(*data(500, 1), steps=300, num_seeds=2) for _ in range(2)]
    assert torch.equal(nets[0].first, nets[1].first)
    assert accuracy(nets[0], *data(500, 2)).min() > 60


def test_stored_weights_lie_on_the_grid():
    net = train_rounded(*data(200, 1), recipe=Recipe(store=FixedPoint(16, 4).round), steps=20)
    assert all(torch.equal(part * 16, (part * 16).round()) for part in net.tensors())


def test_a_scaled_cast_uses_the_whole_range():
    x = torch.randn(1000) * 1e-5
    assert ((scaled_cast(torch.float8_e4m3fn)(x) - x).abs() / x.abs().max()).max() < 2**-4


@pytest.mark.parametrize("largest", [0.0, 1e-40, 1e-30, 0.5, 448.0, 3.4e38])
@pytest.mark.parametrize("values_in", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("dtype", [
    torch.float8_e4m3fn, torch.float8_e5m2, torch.float16, torch.bfloat16, torch.float32,
])  # fmt: skip
def test_a_scaled_cast_keeps_numbers_of_any_size_and_dtype(dtype, values_in, largest):
    end = torch.finfo(values_in).max
    x = torch.tensor([largest, -largest / 50, 0.0]).double().clamp(-end, end).to(values_in)
    rounded = scaled_cast(dtype)(x)
    assert rounded.dtype == values_in
    assert rounded.isfinite().all()
    spacing = torch.finfo(values_in).smallest_normal * torch.finfo(values_in).eps  # near 0
    allowed = x.double().abs() * torch.finfo(dtype).eps / 2 + spacing / 2
    assert ((rounded.double() - x.double()).abs() <= allowed).all()


def test_a_scaled_cast_leaves_what_is_not_finite_unscaled():
    x = torch.tensor([float("inf"), float("nan"), 1.0])
    assert scaled_cast(torch.bfloat16)(x).tolist()[::2] == [float("inf"), 1.0]


@pytest.mark.parametrize(("seed", "all_zero"), [(0, True), (1, False)])
def test_rounding_at_random_needs_another_seed_than_the_weights(seed, all_zero):
    store = functools.partial(FixedPoint(16, 4).round, rounding="stochastic",
                              generator=torch.Generator().manual_seed(seed))  # fmt: skip
    net = train_rounded(*data(200, 1), recipe=Recipe(store=store), steps=0, seed=0)
    assert (net.first == 0).all() == all_zero
