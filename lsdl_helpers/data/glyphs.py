"""Pictures of characters, drawn from fonts that matplotlib ships and then distorted.

Any number of them for training and testing, and nothing to download.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from lsdl_helpers.data.fonts import atlas

_FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique",
    "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique",
    "DejaVuSansMono-BoldOblique", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic",
    "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic",
    "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmtt10",
)  # fmt: skip
_FONT_SIZE = 40
_CHUNK = 4096  # pictures that are distorted at a time


def glyphs(
    n: int,
    seed: int,
    *,
    chars: str = "0123456789",
    size: int = 16,
    rotation: float = 12.0,
    shear: float = 0.2,
    scale: tuple[float, float] = (0.8, 1.05),
    shift: float = 0.05,
    elastic: float = 0.05,
    noise: float = 0.1,
) -> tuple[Tensor, Tensor]:
    """Return pictures of characters and the index of each in ``chars``; a seed repeats them.

    Args:
        n: number of pictures.
        seed: of all random choices.
        chars: the classes, ASCII letters and digits, each once.
        size: height and width in pixels.
        rotation: largest angle, in degrees.
        shear: largest horizontal shear.
        scale: smallest and largest size of the character.
        shift: largest shift, as a part of half the picture.
        elastic: standard deviation of a smooth displacement, as a part of half the picture.
        noise: standard deviation of what is added to each pixel.

    Returns:
        (n, 1, size, size) float32 in 0 to 1, and (n,) int64.

    Raises:
        ValueError: for no picture, no pixel, or other or repeated characters.

    >>> glyphs(100, seed=0)[0].shape
    torch.Size([100, 1, 16, 16])
    """
    if n < 1 or size < 1:
        raise ValueError(f"n={n}, size={size}; both must be at least 1")
    if not (chars.isascii() and chars.isalnum() and len(set(chars)) == len(chars)):
        raise ValueError(f"chars={chars!r}; allowed: ASCII letters and digits, each once")
    random = torch.Generator().manual_seed(seed)
    labels = torch.randint(len(chars), (n,), generator=random)
    fonts = torch.randint(len(_FONTS), (n,), generator=random)
    drawings = atlas(chars, _FONTS, _FONT_SIZE)
    pictures = []
    for part in torch.arange(n).split(_CHUNK):
        theta = _affine(len(part), rotation, shear, scale, shift, random)
        grid = F.affine_grid(theta, (len(part), 1, size, size), align_corners=False)
        grid += _elastic_displacement(len(part), size, elastic, random)
        drawn = F.grid_sample(drawings[labels[part], fonts[part]], grid, align_corners=False)
        pictures.append(_shade(drawn, noise, random))
    return torch.cat(pictures), labels


def _uniform(n: int, low: float, high: float, random: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(n, generator=random)


def _affine(
    n: int,
    rotation: float,
    shear: float,
    scale: tuple[float, float],
    shift: float,
    random: torch.Generator,
) -> Tensor:
    """Return where each pixel of the output looks in the drawing: (n, 2, 3)."""
    angle = torch.deg2rad(_uniform(n, -rotation, rotation, random))
    slant = _uniform(n, -shear, shear, random)
    zoom = 1 / _uniform(n, *scale, random)
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    right, down = (_uniform(n, -shift, shift, random) for _ in range(2))
    top = torch.stack([cos, slant * cos - sin, right], dim=1)
    bottom = torch.stack([sin, slant * sin + cos, down], dim=1)
    return torch.stack([top, bottom], dim=1)


def _elastic_displacement(n: int, size: int, elastic: float, random: torch.Generator) -> Tensor:
    """Return a displacement that changes slowly over the picture: (n, size, size, 2)."""
    coarse = elastic * torch.randn(n, 2, 4, 4, generator=random)
    fine = F.interpolate(coarse, (size, size), mode="bicubic", align_corners=True)
    return fine.permute(0, 2, 3, 1)


def _shade(drawn: Tensor, noise: float, random: torch.Generator) -> Tensor:
    contrast = _uniform(len(drawn), 0.6, 1.0, random).view(-1, 1, 1, 1)
    return (drawn * contrast + noise * torch.randn(drawn.shape, generator=random)).clamp(0, 1)
