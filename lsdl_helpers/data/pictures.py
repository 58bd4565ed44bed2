"""Reading a picture of any kind, from a file or an address, as RGB with 8 bits a color."""

import io
import os
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from lsdl_helpers.data.web import open_address, redact

# Read by PIL itself; it would hand others, such as PostScript, to outside programs.
FORMATS = (
    "AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "TGA", "TIFF", "WEBP",
)  # fmt: skip
MAX_BYTES = 50_000_000  # of a file behind an address
TIMEOUT_S = 20  # for request and answer together, once the host is resolved
NODATA_FROM = 1e38  # a pixel of this size or more has no value: maps mark it with -3.4e38
GDAL_NODATA = 42113  # the tag of a TIFF that declares another such number

# The transposition that makes a picture upright, by the orientation in its EXIF data.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class PictureError(ValueError):
    """The input is not a usable picture; the message says why in one line."""


def read_picture(source: str | Path) -> Image.Image:
    """Return a picture as it is meant to be seen: upright, in RGB, opaque.

    CMYK, gray, palette and 16-bit pictures are converted, transparent parts shown on white, and so
    are pixels of more than 8 bits that have no value (not finite, or declared so). The first
    picture of an animation is taken, the orientation in the EXIF data applied if it can be read.

    Args:
        source: a file, or an address that begins with ``http://`` or ``https://``.

    Returns:
        A PIL image of mode "RGB".

    Raises:
        PictureError: no such file, a folder, not a picture, a truncated or empty one, one of
            more pixels than ``PIL.Image.MAX_IMAGE_PIXELS``, an address with more than
            ``MAX_BYTES``.
        DownloadError: if the address cannot be read within ``TIMEOUT_S`` seconds.

    >>> from PIL import Image
    >>> Image.new("L", (4, 3)).save("gray.png")
    >>> read_picture("gray.png").mode
    'RGB'
    """
    scheme, separator, _ = str(source).partition("://")
    if not separator:
        with _open_file(Path(source)) as file:
            return _decode(file, str(source))
    if scheme.lower() not in {"http", "https"}:
        raise PictureError(f"{redact(str(source))}: an address must begin with http:// or https://")
    return _decode(io.BytesIO(_read_address(str(source))), str(source))


def _open_file(path: Path) -> BinaryIO:
    if os.path.isdir(path):
        raise PictureError(f"{path}: is a folder, not a picture")
    if os.path.exists(path) and not os.path.isfile(path):
        raise PictureError(f"{path}: is not a file")  # a pipe or a device
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise PictureError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path}: cannot be read: {reason}") from None


def _read_address(address: str) -> bytes:
    too_large = PictureError(f"{address}: more than {MAX_BYTES:,} bytes")
    body = bytearray()
    with open_address(address, timeout_s=TIMEOUT_S, limit_s=TIMEOUT_S) as response:
        if (response.length or 0) > MAX_BYTES:
            raise too_large
        for chunk in response:
            body += chunk
            if len(body) > MAX_BYTES:
                raise too_large
    return bytes(body)


def _decode(file: BinaryIO, source: str) -> Image.Image:
    if not file.seek(0, io.SEEK_END):
        raise PictureError(f"{source}: the file is empty")
    Image.init()
    formats = [name for name in FORMATS if name in Image.OPEN]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # slips in the metadata
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=formats) as image:
                _scale_transparent(image)
                image.load()
                return to_rgb(image)
    except UnidentifiedImageError:
        raise PictureError(f"{source}: not a picture, or of an unknown kind") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(f"{source}: more than {Image.MAX_IMAGE_PIXELS:,} pixels") from None
    except Exception as error:  # on damaged bytes a decoder may fail in any way
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(f"{source}: cannot be decoded: {reason}") from None


def to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture upright, opaque, on white where it was transparent, in RGB.

    >>> from PIL import Image
    >>> to_rgb(Image.new("CMYK", (4, 3))).mode
    'RGB'
    """
    turn = _turn(image)
    if image.mode[0] in "IF":
        image = _to_eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("RGB")
    return image if turn is None else image.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Read the orientation alone: whatever else is wrong in the EXIF data, the pixels are good."""
    try:
        return UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # a parser may fail in any way
        return None


def _scale_transparent(image: Image.Image) -> None:
    """Bring the transparent color of a PNG to 8 bits, which PIL does with the pixels alone."""
    color = image.info.get("transparency")
    raw_mode = image.tile[0][3] if image.format == "PNG" and color is not None else ""
    if raw_mode == "L;2":
        image.info["transparency"] = 85 * color
    elif raw_mode == "L;4":
        image.info["transparency"] = 17 * color
    elif raw_mode == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in color)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit gray values to 8 bits, wider ones from the range of their values.

    PIL's own conversion would cut off everything above 255. Pixels without a value have no part
    in the range, and become transparent.
    """
    values = np.asarray(image, dtype=np.float64)
    valid = np.isfinite(values) & (np.abs(values) < NODATA_FROM)
    valid &= ~np.isclose(values, _missing_value(image), rtol=1e-6, atol=0)
    low, high = _range(image.mode, values[valid])
    share = np.where(valid, (values - low) / (high - low), 0).clip(0, 1)
    gray = Image.fromarray((255 * share).round().astype(np.uint8))
    gray.putalpha(Image.fromarray(valid))
    return gray


def _missing_value(image: Image.Image) -> float:
    """Return the gray that is transparent in a PNG, or stands for no value in a TIFF, or NaN."""
    try:
        declared = getattr(image, "tag_v2", {}).get(GDAL_NODATA)
        return float(image.info.get("transparency", declared))
    except Exception:  # there is none, or the tag is damaged
        return np.nan


def _range(mode: str, values: np.ndarray) -> tuple[float, float]:
    """Return the values that are black and white.

    Whole numbers of 32 bits that are all below 256 are 8-bit values already. Values that are
    all the same have no range: they are taken as shares of white.
    """
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    if mode != "F" and low >= 0 and high <= 65535:
        return 0, 255 if mode == "I" and high <= 255 else 65535
    return (low, high) if low < high else (0, 1)
