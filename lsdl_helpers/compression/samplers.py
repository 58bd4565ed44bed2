"""Samplers of synthetic, unlabeled pictures, made from few real ones, for a teacher to answer.

Each sampler takes pictures (N, 1, H, W), float32 in 0 to 1, a number n and a seed, and returns
(n, 1, H, W), float32 in 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from lsdl_helpers.compression.generative import autoencoder_points, mixture_points


def uniform_points(images: Tensor, n: int, seed: int) -> Tensor:
    """Return pictures whose pixels are all drawn uniformly from 0 to 1.

    >>> uniform_points(torch.rand(9, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    return torch.rand(n, *images.shape[1:], generator=torch.Generator().manual_seed(seed))


def random_points(images: Tensor, n: int, seed: int) -> Tensor:
    """Return pictures whose pixels are each drawn from a picture of its own, at random: RANDOM.

    Every pixel then has the right distribution, and none has to do with its neighbors. Method
    RANDOM of Bucilă, Caruana and Niculescu-Mizil 2006, section 2.

    >>> random_points(torch.rand(9, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    generator = torch.Generator().manual_seed(seed)
    flat = images.flatten(1)
    chosen = torch.randint(len(images), (n, flat.shape[1]), generator=generator)
    return flat.gather(0, chosen).view(n, *images.shape[1:])


def noisy_points(images: Tensor, n: int, seed: int, *, sigma: float = 0.15) -> Tensor:
    """Return pictures with normal noise of standard deviation sigma added to every pixel.

    Point k is made from picture k modulo N, here and in :func:`distorted_points`.

    >>> noisy_points(torch.rand(9, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    generator = torch.Generator().manual_seed(seed)
    pictures = images[torch.arange(n) % len(images)]
    return (pictures + sigma * torch.randn(pictures.shape, generator=generator)).clamp(0, 1)


def distorted_points(
    images: Tensor,
    n: int,
    seed: int,
    *,
    rotation: float = 10.0,
    shift: float = 0.06,
    scale: float = 0.1,
) -> Tensor:
    """Return pictures rotated, shifted and scaled a little, so that a label would stay right.

    Args:
        rotation: largest angle, in degrees.
        shift: largest shift, as a part of the side of the picture.
        scale: largest change of size, as a part.

    >>> distorted_points(torch.rand(9, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    generator = torch.Generator().manual_seed(seed)
    pictures = images[torch.arange(n) % len(images)]
    angle, right, down, zoom = 2 * torch.rand(4, n, generator=generator) - 1
    angle, zoom = torch.deg2rad(rotation * angle), 1 + scale * zoom
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    top = torch.stack([cos, -sin, 2 * shift * right], dim=1)
    bottom = torch.stack([sin, cos, 2 * shift * down], dim=1)
    theta = torch.stack([top, bottom], dim=1)  # (n, 2, 3): where each pixel looks
    grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, align_corners=False)


def munge_points(images: Tensor, n: int, seed: int, *, p: float = 0.5, s: float = 3.0) -> Tensor:
    """Return pictures that have exchanged pixels with their nearest neighbors: MUNGE.

    A round starts from all N pictures and visits each once. With e its pixels and e' those of
    the picture that is nearest to it now, each pixel is, with probability p, replaced in both:
    e by a draw from a normal distribution with mean e' and standard deviation abs(e - e') / s, and
    e' by one with mean e and the same standard deviation. Rounds are made until there are n
    points. Bucilă, Caruana and Niculescu-Mizil 2006, section 2.3; we clamp to 0 to 1.

    Raises:
        ValueError: for fewer than two pictures, p outside 0 to 1, or s that is not above 0.

    >>> munge_points(torch.rand(9, 1, 16, 16), 1000, seed=0).shape
    torch.Size([1000, 1, 16, 16])
    """
    if len(images) < 2 or not 0 <= p <= 1 or s <= 0:
        given = f"{len(images)} pictures, p={p}, s={s}"
        raise ValueError(f"{given}; allowed: 2 or more, 0 to 1, above 0")
    generator = torch.Generator().manual_seed(seed)
    rounds = torch.arange(-(-n // len(images)))
    points = images.flatten(1).repeat(len(rounds), 1, 1)  # (rounds, N, pixels)
    squares = points.square().sum(-1)
    for k in range(len(images)):
        e = points[:, k]
        # |t - e|² less |e|², which is the same for all t
        distance = torch.baddbmm(squares[:, :, None], points, e[:, :, None], alpha=-2)[:, :, 0]
        distance[:, k] = torch.inf
        nearest = distance.argmin(1)
        other = points[rounds, nearest]
        swaps = torch.rand(e.shape, generator=generator) < p
        deviation = (e - other).abs() / s
        noise, other_noise = torch.randn(2, *e.shape, generator=generator) * deviation
        mixed = torch.where(swaps, other + noise, e).clamp(0, 1)
        points[rounds, nearest] = torch.where(swaps, e + other_noise, other).clamp(0, 1)
        points[:, k] = mixed
        squares[:, k] = mixed.square().sum(-1)
        squares[rounds, nearest] = points[rounds, nearest].square().sum(-1)
    return points.view(-1, *images.shape[1:])[:n]


SAMPLERS: dict[str, Callable[[Tensor, int, int], Tensor]] = {
    "uniform": uniform_points,
    "RANDOM": random_points,
    "noise": noisy_points,
    "MUNGE": munge_points,
    "mixture": mixture_points,
    "autoencoder": autoencoder_points,
    "distorted": distorted_points,
}
