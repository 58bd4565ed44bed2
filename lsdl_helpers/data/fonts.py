"""Characters in the fonts that matplotlib ships, to be distorted: nothing to download."""

import functools
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

SIDE = 48  # pixels of a drawing


@functools.cache
def atlas(chars: str, fonts: tuple[str, ...], size: int) -> Tensor:
    """Draw every character in every font, in the middle; ink is 1.

    Args:
        fonts: names of matplotlib's files, without their ending.
        size: of the font, in pixels.

    Returns:
        (characters, fonts, 1, 48, 48) float32 in 0 to 1.

    >>> atlas("01", ("DejaVuSans",), 40).shape
    torch.Size([2, 1, 1, 48, 48])
    """
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [ImageFont.truetype(str(folder / f"{name}.ttf"), size) for name in fonts]
    rows = [torch.stack([_draw(char, face) for face in faces]) for char in chars]
    return torch.stack(rows)[:, :, None]


def _draw(char: str, face: ImageFont.FreeTypeFont) -> Tensor:
    picture = Image.new("L", (SIDE, SIDE))
    left, top, right, bottom = face.getbbox(char)
    corner = ((SIDE - left - right) / 2, (SIDE - top - bottom) / 2)
    ImageDraw.Draw(picture).text(corner, char, fill=255, font=face)
    return torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).view(SIDE, SIDE) / 255
