"""Tell whether two pictures show the same figure, drawn from other measurements perhaps."""

import base64
import binascii
import io
import re
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageFilter, UnidentifiedImageError

# A figure of the book drawn from measurements on another processor keeps 0.75 or more; of two
# different ones of equal size, one pair in 200 reaches 0.7. test_pictures.py has such cases.
GRID = (12, 8)
BLUR = ImageFilter.GaussianBlur(0.9)  # in squares of the grid
LEAST_SIMILARITY = 0.7
SIZE_TOLERANCE = 0.06

UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, binascii.Error)


def pictures_of(outputs: Iterable[dict]) -> list[str]:
    """Return the pictures in the outputs of a cell as base64, those inside HTML included."""
    found = []
    for data in (output.get("data", {}) for output in outputs):
        found += [data[mime] for mime in ("image/png", "image/jpeg") if mime in data]
        html = data.get("text/html", "")
        found += re.findall(r"data:image/(?:png|jpeg|webp|gif);base64,([A-Za-z0-9+/=]+)", html)
    return found


def differences(stored: list[str], fresh: list[str]) -> list[str]:
    """Say in what way the pictures of a fresh run differ from the stored ones."""
    if len(stored) != len(fresh):
        return [f"pictures: {len(stored)} stored, {len(fresh)} in a fresh run"]
    pairs = enumerate(zip(stored, fresh, strict=True), start=1)
    found = ((k, difference(one, other)) for k, (one, other) in pairs)
    return [f"picture {k} of {len(fresh)}: {what}" for k, what in found if what]


def difference(stored: str, fresh: str) -> str:
    """Say in what way one picture differs from another, or nothing."""
    if stored == fresh:
        return ""
    try:
        one, other = decoded(stored), decoded(fresh)
    except UNREADABLE as error:
        return f"cannot be read: {error}"
    if any(abs(a - b) > SIZE_TOLERANCE * a for a, b in zip(one.size, other.size, strict=True)):
        return f"its size is {one.size} stored, {other.size} in a fresh run"
    if (score := similarity(one, other)) < LEAST_SIMILARITY:
        return f"another figure: similarity {score:.2f}, at least {LEAST_SIMILARITY} is wanted"
    return ""


def decoded(picture: str) -> Image.Image:
    """Decode a base64 picture; what is transparent shows white."""
    image = Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")


def similarity(one: Image.Image, other: Image.Image) -> float:
    """Return the ink that two pictures share, as a part of the ink of both: 0 to 1.

    Ink is the distance from the most frequent color of the stored picture, channel by channel,
    averaged over each square of a coarse grid and blurred: lines may move a little, an area
    may not.
    """
    _, paper = max(one.getcolors(maxcolors=one.width * one.height))
    coarse = (image.resize(GRID, Image.Resampling.BOX).filter(BLUR) for image in (one, other))
    a, b = (np.abs(np.asarray(image, float) - paper) for image in coarse)
    either = np.maximum(a, b).sum()
    return float(np.minimum(a, b).sum() / either) if either else 1.0
