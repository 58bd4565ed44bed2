"""Points made from few pictures."""

import functools
import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from lsdl_helpers.compression import (
    SAMPLERS,
    Autoencoder,
    autoencoder_points,
    distorted_points,
    mixture_points,
    munge_points,
    noisy_points,
    random_points,
)
from lsdl_helpers.data import glyphs

FAST = SAMPLERS | {
    "mixture": functools.partial(mixture_points, num_components=2, num_axes=5),
    "autoencoder": functools.partial(autoencoder_points, steps=5),
}


def pictures(n=60):
    return glyphs(n, seed=1)[0]


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_makes_pictures_and_a_seed_repeats_them(name):
    one, same, other = (FAST[name](pictures(), 130, seed) for seed in (1, 1, 2))
    assert one.shape == (130, 1, 16, 16)
    assert one.dtype == torch.float32
    assert one.min() >= 0
    assert one.max() <= 1
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_random_points_keep_what_a_pixel_is_and_nothing_of_its_neighbors():
    x = pictures(500)
    points = random_points(x, 4000, 0)
    for row, column in ((0, 0), (8, 8)):
        assert set(points[:, 0, row, column].tolist()) <= set(x[:, 0, row, column].tolist())
    side_by_side = (slice(None), 0, 8, slice(7, 9))
    assert torch.corrcoef(x[side_by_side].T)[0, 1] > 0.3
    assert abs(torch.corrcoef(points[side_by_side].T)[0, 1]) < 0.1


@pytest.mark.parametrize("still", [
    functools.partial(noisy_points, sigma=0.0),
    functools.partial(distorted_points, rotation=0.0, shift=0.0, scale=0.0),
    functools.partial(munge_points, p=0.0),
])  # fmt: skip
def test_no_change_gives_the_pictures_in_their_order(still):
    x = pictures()
    torch.testing.assert_close(still(x, 130, 0), x.repeat(3, 1, 1, 1)[:130])


def test_noise_has_its_size():
    gray = torch.full((1, 1, 16, 16), 0.5)
    assert noisy_points(gray, 100, 0, sigma=0.05).std().item() == pytest.approx(0.05, rel=0.05)


def test_distortion_moves_a_picture_by_its_shift():
    dot = torch.zeros(1, 1, 16, 16)
    dot[..., 7:9, 7:9] = 1
    moved = distorted_points(dot, 500, 0, rotation=0.0, shift=0.125, scale=0.0)  # 2 of 16 pixels
    for axis in (-1, -2):  # summed over columns, then over rows
        center = (moved.sum(axis) * torch.arange(16)).sum(-1) / moved.sum((-1, -2))
        assert 1.8 < (center - 7.5).abs().max() <= 2.001


def munge_by_hand(x, seed, p, s):
    """Follow the published procedure, example by example and pixel by pixel, for one round."""
    generator = torch.Generator().manual_seed(seed)
    t = [row.tolist() for row in x.flatten(1)]
    for k in range(len(t)):
        away = [sum((a - b) ** 2 for a, b in zip(t[k], row, strict=True)) for row in t]
        near = min((j for j in range(len(t)) if j != k), key=away.__getitem__)
        swaps = torch.rand(1, len(t[k]), generator=generator)[0] < p
        draws = torch.randn(2, 1, len(t[k]), generator=generator)[:, 0].tolist()
        for a in range(len(t[k])):
            if swaps[a]:
                e, other = t[k][a], t[near][a]
                deviation = abs(e - other) / s
                t[k][a] = min(max(other + draws[0][a] * deviation, 0.0), 1.0)
                t[near][a] = min(max(e + draws[1][a] * deviation, 0.0), 1.0)
    return torch.tensor(t).view_as(x)


@pytest.mark.parametrize(("p", "s"), [(0.5, 1.0), (0.2, 3.0), (1.0, 10.0)])
def test_munge_follows_the_published_procedure(p, s):
    x = pictures(12)
    points = munge_points(x, 12, 4, p=p, s=s)
    torch.testing.assert_close(points, munge_by_hand(x, 4, p, s), atol=1e-5, rtol=0)


def test_munge_starts_every_round_from_the_pictures():
    x = pictures(12)
    rounds = munge_points(x, 36, 0).view(3, 12, -1)
    assert len({tuple(r.flatten().tolist()) for r in rounds}) == 3
    changed = [(r - x.flatten(1)).norm(dim=1).mean() for r in rounds]
    assert max(changed) < 1.5 * min(changed)


@pytest.mark.parametrize("bad", [{"p": 1.5}, {"s": 0.0}])
def test_mistakes_are_named(bad):
    with pytest.raises(ValueError, match=r"pictures, p=.*, s="):
        munge_points(pictures(), 10, 0, **bad)
    with pytest.raises(ValueError, match="1 pictures"):
        munge_points(pictures()[:1], 10, 0)


def test_a_mixture_draws_from_where_the_pictures_are():
    blobs = torch.cat([torch.full((30, 1, 2, 2), 0.2), torch.full((30, 1, 2, 2), 0.8)])
    blobs = noisy_points(blobs, 60, 0, sigma=0.02)
    drawn = mixture_points(blobs, 1000, 0, num_components=2, num_axes=1).mean((1, 2, 3))
    assert (((drawn - 0.2).abs() < 0.15) | ((drawn - 0.8).abs() < 0.15)).float().mean() > 0.98
    assert 0.4 < (drawn > 0.5).float().mean() < 0.6
    assert 0.4 < (drawn[:100] > 0.5).float().mean() < 0.6  # in random order


def test_the_bound_of_the_autoencoder_is_that_of_the_distributions():
    torch.manual_seed(0)
    model, x = Autoencoder(9, hidden=5, code=2, sigma=0.3), torch.rand(7, 9)
    noise = torch.randn(7, 2)
    loss = model.loss(model(x, noise), x)
    mean, log_variance = model.encode(x).chunk(2, dim=-1)
    code = Normal(mean, (log_variance / 2).exp())
    pixels = Normal(model.decode(mean + noise * code.stddev), 0.3)
    constant = 9 * math.log(0.3 * math.sqrt(2 * math.pi))  # of the density, left out
    expected = -pixels.log_prob(x).sum(-1) + kl_divergence(code, Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(loss, (expected - constant).mean())


def test_draws_of_the_autoencoder_have_the_noise_of_a_pixel():
    model = Autoencoder(9, hidden=5, code=2, sigma=0.3)
    torch.nn.init.zeros_(model.decode[-1].weight)  # decodes every code to the same
    drawn = model.sample(4000, torch.Generator().manual_seed(0))
    torch.testing.assert_close(drawn.mean(0), model.decode[-1].bias, atol=0.03, rtol=0)
    torch.testing.assert_close(drawn.std(0), torch.full((9,), 0.3), atol=0.03, rtol=0)
