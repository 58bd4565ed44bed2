"""Tell whether two pictures can be the same figure, drawn from other measurements perhaps."""

import base64
import binascii
import io
import re
from collections.abc import Iterable

from PIL import Image, ImageChops, UnidentifiedImageError

SIZE_TOLERANCE = 0.06  # the labels of an axis follow what was measured

UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, binascii.Error)


def pictures_of(outputs: Iterable[dict]) -> list[str]:
    """Return the pictures in the outputs of a cell as base64, those inside HTML included."""
    encoded = []
    for data in (output.get("data", {}) for output in outputs):
        encoded += [data[mime] for mime in ("image/png", "image/jpeg") if mime in data]
        html = data.get("text/html", "")
        encoded += re.findall(r"data:image/(?:png|jpeg|webp|gif);base64,([A-Za-z0-9+/=]+)", html)
    return encoded


def differences(stored: list[str], fresh: list[str], strict: bool = False) -> list[str]:
    """Say in what way the pictures of a fresh run differ from the stored ones."""
    if len(stored) != len(fresh):
        return [f"pictures: {len(stored)} stored, {len(fresh)} in a fresh run"]
    pairs = enumerate(zip(stored, fresh, strict=True), start=1)
    compared = ((k, difference(one, other, strict)) for k, (one, other) in pairs)
    return [f"picture {k} of {len(fresh)}: {what}" for k, what in compared if what]


def difference(stored: str, fresh: str, strict: bool = False) -> str:
    """Say in what way one picture differs from another, or nothing.

    By size alone; what is drawn counts where `strict` says that the same numbers were drawn.
    """
    if stored == fresh:
        return ""
    try:
        one, other = decoded(stored), decoded(fresh)
    except UNREADABLE as error:
        return f"cannot be read: {error}"
    tolerance = 0 if strict else SIZE_TOLERANCE
    if any(abs(a - b) > tolerance * a for a, b in zip(one.size, other.size, strict=True)):
        return f"its size is {one.size} stored, {other.size} in a fresh run"
    if strict and (box := ImageChops.difference(one, other).getbbox(alpha_only=False)):
        return f"another figure: it differs within {box} (left, upper, right, lower)"
    return ""


def decoded(picture: str) -> Image.Image:
    """Decode a base64 picture, all of it."""
    return Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGBA")
