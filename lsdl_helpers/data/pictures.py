"""Reading a picture of any kind, from a file or an address, as RGB with 8 bits a color."""

import io
import os
import warnings
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from lsdl_helpers.data.web import open_address

# Read by PIL itself; it would hand others, such as PostScript, to outside programs.
FORMATS = (
    "AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "TGA", "TIFF", "WEBP",
)  # fmt: skip
MAX_BYTES = 50_000_000  # of a file behind an address
TIMEOUT_S = 20  # for each of: the answer, silence within it, the whole body


class PictureError(ValueError):
    """What was given is no picture that can be used; says in one line why."""


def read_picture(source: str | Path) -> Image.Image:
    """Return a picture as it is meant to be seen: upright, in RGB, opaque.

    CMYK, gray, palette and 16-bit pictures are converted, transparent parts shown on white,
    the first picture of an animation taken, the orientation in the EXIF data applied.

    Args:
        source: a file, or an address that begins with http:// or https://.

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
        raise PictureError(f"{source}: an address must begin with http:// or https://")
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
    image = ImageOps.exif_transpose(image)
    if image.mode[0] in "IF":
        image = _eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit gray values to 8 bits, wider ones from the range that is found.

    PIL's own conversion would cut off everything above 255. Whole numbers of 32 bits that
    are all below 256 are 8-bit values already.
    """
    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    low, high = 0, 65535
    if image.mode == "I" and low <= values.min() and values.max() <= 255:
        high = 255
    elif image.mode == "F" or values.min() < low or values.max() > high:
        low, high = values.min(), values.max()
    share = (values - low) / max(high - low, 1e-12)
    return Image.fromarray((255 * share).round().astype(np.uint8))
