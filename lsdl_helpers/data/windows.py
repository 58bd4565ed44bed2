"""Small windows of photographs, with and without a drawn smiling face: a rare object.

Any number of them, at any rarity, and different photographs for training and testing.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lsdl_helpers.data.fonts import atlas
from lsdl_helpers.data.photographs import photograph

SIDE = 20  # pixels of a window

# Decided before anything was trained. The two eyes' views of the motorcycle stay together.
SPLITS = {
    "train": (
        "brick", "cell", "chelsea", "china", "clock", "coins", "grass",
        "immunohistochemistry", "motorcycle_left", "motorcycle_right", "page",
    ),
    "validation": ("camera", "flower", "hubble_deep_field", "microaneurysms"),
    "test": (
        "astronaut", "coffee", "grace_hopper", "gravel", "moon", "retina", "rocket", "text",
    ),
}  # fmt: skip

_SMILEY, _DISTRACTORS = "☺", "☹☻☀☯☠☢♥☼"  # a frown, a dark face, a sun, …
_DISTRACTOR_SHARE = 0.02  # of the windows without a smiley
_FONTS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique")
_SCALES = (1, 2, 3)
_MAX_SIDE = 480  # pixels; larger photographs are reduced to that height or width
_FONT_SIZE = 44


def smiley_windows(
    n: int, seed: int, *, positive: bool, photographs: Sequence[str] = SPLITS["train"]
) -> Tensor:
    """Return windows of photographs, all of them with a smiling face, or none.

    The face is the character U+263A in one of four fonts, turned, moved and resized a little,
    lighter or darker than what it is drawn on. Of the windows without it two in a hundred show
    another character, such as a frown.

    Args:
        n: number of windows.
        seed: of all random choices; the same seed gives the same windows.
        positive: with the smiling face, or without.
        photographs: names of those that the windows are cut from, all alike;
            ``SPLITS`` holds some for training, others for validation and for testing.

    Returns:
        (n, 1, 20, 20) float32 in 0 to 1.

    Raises:
        ValueError: for no window, no photograph, or an unknown one.

    >>> smiley_windows(100, seed=0, positive=True).shape
    torch.Size([100, 1, 20, 20])
    """
    if n < 1 or not photographs:
        raise ValueError(f"{n} windows of {len(photographs)} photographs; both must be at least 1")
    random = torch.Generator().manual_seed(seed)
    windows = _cut(n, tuple(photographs), random)
    drawn = torch.arange(n) if positive else _choose(n, _DISTRACTOR_SHARE, random)
    if len(drawn):
        chars = _SMILEY if positive else _DISTRACTORS
        windows[drawn] = _draw_on(windows[drawn], chars, random)
    return windows


def gray_photograph(name: str, shrink: int = 1) -> Tensor:
    """Return a photograph in shades of gray, at most 480 pixels high and wide.

    Args:
        name: one of :func:`~lsdl_helpers.data.photographs.list_photographs`.
        shrink: what height and width are divided by afterwards.

    Returns:
        (height, width) float32 in 0 to 1.

    >>> gray_photograph("chelsea").shape
    torch.Size([300, 451])
    """
    picture = photograph(name).convert("L")
    factor = min(1, _MAX_SIDE / max(picture.size)) / shrink
    size = [round(factor * pixels) for pixels in picture.size]
    smaller = picture.resize(size, Image.Resampling.BOX)
    return torch.from_numpy(np.asarray(smaller, dtype=np.float32)) / 255


def hide_smileys(image: Tensor, corners: Tensor, seed: int) -> Tensor:
    """Return a copy of an image with a smiling face drawn into some of its windows.

    Args:
        image: (height, width) float32 in 0 to 1.
        corners: (n, 2) int64, row and column of the upper left corner of each window.
        seed: of the random choices.

    >>> image = gray_photograph("chelsea")
    >>> hide_smileys(image, torch.tensor([[10, 30]]), seed=0).shape == image.shape
    True
    """
    random = torch.Generator().manual_seed(seed)
    image = image.clone()
    for row, column in corners.tolist():
        window = image[row : row + SIDE, column : column + SIDE]
        window.copy_(_draw_on(window[None, None], _SMILEY, random)[0, 0])
    return image


def slide(image: Tensor, stride: int = 1) -> tuple[Tensor, Tensor]:
    """Return all windows of an image, as a sliding window sees them, and their positions.

    Args:
        image: (height, width).
        stride: pixels from a window to the next.

    Returns:
        (n, 1, 20, 20) windows, and (n, 2) int64 rows and columns of their upper left corners.

    >>> slide(torch.zeros(24, 30), stride=2)[0].shape
    torch.Size([18, 1, 20, 20])
    """
    windows = image.unfold(0, SIDE, stride).unfold(1, SIDE, stride)  # (rows, columns, 20, 20)
    rows, columns = (stride * torch.arange(count) for count in windows.shape[:2])
    return windows.reshape(-1, 1, SIDE, SIDE), torch.cartesian_prod(rows, columns)


@functools.cache
def _pixels(photographs: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """Return all pixels in one row, and start, height, width of every picture in it.

    Each photograph is there in three sizes, so that windows show small and large parts of it.
    """
    pictures = [gray_photograph(name, shrink) for name in photographs for shrink in _SCALES]
    starts = np.cumsum([0, *(picture.numel() for picture in pictures)])
    shapes = [(int(start), *p.shape) for start, p in zip(starts, pictures, strict=False)]
    return torch.cat([picture.flatten() for picture in pictures]), torch.tensor(shapes)


def _cut(n: int, photographs: tuple[str, ...], random: torch.Generator) -> Tensor:
    """Cut windows, from all pictures alike, at random places."""
    pixels, shapes = _pixels(photographs)
    start, height, width = shapes[torch.randint(len(shapes), (n,), generator=random)].T
    row, column = (
        (torch.rand(n, generator=random) * (extent - SIDE + 1)).long() for extent in (height, width)
    )
    first = (start + row * width + column)[:, None] + torch.arange(SIDE) * width[:, None]
    strips = pixels.unfold(0, SIDE, 1)  # copied by rows, which takes a tenth of the time
    return strips.index_select(0, first.flatten()).view(n, 1, SIDE, SIDE)


def _choose(n: int, share: float, random: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=random) < share).nonzero().flatten()


def _draw_on(windows: Tensor, chars: str, random: torch.Generator) -> Tensor:
    """Draw one of the characters on each window: turned by up to 10 degrees, 0.8 to 1.05 large."""
    n = len(windows)

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=random)

    angle, zoom = torch.deg2rad(between(-10, 10)), 1 / between(0.8, 1.05)
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    right, down = between(-0.06, 0.06), between(-0.06, 0.06)
    theta = torch.stack([cos, -sin, right, sin, cos, down], dim=1).view(n, 2, 3)
    drawings = atlas(chars, _FONTS, _FONT_SIZE).flatten(0, 1)
    chosen = drawings[torch.randint(len(drawings), (n,), generator=random)]
    grid = F.affine_grid(theta, (n, 1, SIDE, SIDE), align_corners=False)
    ink = F.grid_sample(chosen, grid, align_corners=False)
    return torch.lerp(windows, _shade(windows, between(0.35, 0.8), random), ink)


def _shade(windows: Tensor, contrast: Tensor, random: torch.Generator) -> Tensor:
    """Return for each window a shade that differs from its mean by the contrast, if one does."""
    mean = windows.mean(dim=(1, 2, 3))
    either = (mean - 0.5).abs() < 0.5 - contrast  # lighter and darker are both possible
    coin = torch.rand(len(windows), generator=random) < 0.5
    lighter = torch.where(either, coin, mean < 0.5)
    shade = torch.where(lighter, mean + contrast, mean - contrast).clamp(0, 1)
    return shade.view(-1, 1, 1, 1)
