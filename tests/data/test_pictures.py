"""What a picture looks like once it is read."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lsdl_helpers.data import read_picture
from lsdl_helpers.data.pictures import GDAL_NODATA, to_rgb
from tests.data.test_web import redirect

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def at(image, *positions):
    return [image.getpixel(position) for position in positions]


def close(a, b, tolerance):
    return np.abs(np.subtract(a, b, dtype=int)).max() <= tolerance


MODES = {  # by suffix
    "png": ["RGB", "P", "L", "1"], "jpg": ["RGB", "CMYK"], "tiff": ["RGB", "CMYK"],
    "bmp": ["RGB"], "gif": ["RGB"], "webp": ["RGB"], "ppm": ["RGB"],
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "mode"), [(s, m) for s, modes in MODES.items() for m in modes])
def test_formats_and_modes(scene, tmp_path, suffix, mode):
    path = tmp_path / f"scene.{suffix}"
    stored = scene.quantize(8) if mode == "P" else scene.convert(mode, dither=Image.Dither.NONE)
    stored.save(path, **({"quality": 95} if suffix in {"jpg", "webp"} else {}))
    colors = at(stored.convert("RGB"), (2, 8), (21, 8))
    assert len(set(colors)) == 2
    for source in (path, str(path)):
        image = read_picture(source)
        assert (image.mode, image.size) == ("RGB", (24, 16))
        assert close(at(image, (2, 8), (21, 8)), colors, 4 if suffix in {"jpg", "webp"} else 0)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_alpha_is_shown_on_white(mode):
    image = Image.new("RGBA", (3, 1), (0, 0, 0, 255))
    image.putpixel((1, 0), (0, 0, 0, 0))
    if mode != "PA":
        image.putpixel((2, 0), (0, 0, 0, 128))
    if mode == "LA":
        image = image.convert("LA")
    if mode == "PA":
        image = image.convert("RGB").convert("P").convert("PA")
        image.putpixel((1, 0), (image.getpixel((1, 0))[0], 0))
    values = at(to_rgb(image), (0, 0), (1, 0))
    assert values == [(0, 0, 0), WHITE]
    if mode != "PA":
        assert to_rgb(image).getpixel((2, 0)) == (127,) * 3


def test_a_transparent_color_of_a_palette(tmp_path):
    image = Image.new("P", (2, 1), 0)
    image.putpalette([*RED, *GREEN])
    image.putpixel((1, 0), 1)
    for suffix in ("png", "gif"):
        path = tmp_path / f"image.{suffix}"
        image.save(path, transparency=1)
        assert at(read_picture(path), (0, 0), (1, 0)) == [RED, WHITE]


def png(bits, color, pixels, transparent):
    """Two pixels in a row, and the color that is transparent, as PIL cannot write them."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 2, 1, bits, color, 0, 0, 0)
    body = chunk(b"tRNS", transparent) + chunk(b"IDAT", zlib.compress(b"\0" + pixels))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("bits", "color", "pixels", "transparent", "first"),
    [
        (1, 0, b"\x40", b"\0\1", 0),
        (2, 0, b"\x90", b"\0\1", 170),
        (4, 0, b"\xa5", b"\0\5", 170),
        (8, 0, b"\xaa\5", b"\0\5", 170),
        (16, 0, b"\xaa\xaa\x12\x34", b"\x12\x34", 170),
        (16, 2, b"\xaa" * 6 + b"\x12\x34" * 3, b"\x12\x34" * 3, 170),
    ],
)
def test_a_transparent_color_at_each_depth(tmp_path, bits, color, pixels, transparent, first):
    path = tmp_path / "image.png"
    path.write_bytes(png(bits, color, pixels, transparent))
    assert at(read_picture(path), (0, 0), (1, 0)) == [(first,) * 3, WHITE]


@pytest.mark.parametrize(("suffix", "values", "grays"), [
    ("png", np.uint16([[0, 257, 128 * 257, 65535]]), [0, 1, 128, 255]),
    ("tiff", np.uint16([[0, 257, 128 * 257, 65535]]), [0, 1, 128, 255]),
    ("tiff", np.int32([[0, 100, 255]]), [0, 100, 255]),  # 8 bits in 32 are not darkened
    ("tiff", np.int32([[-70_000, 0, 70_000]]), [0, 128, 255]),  # wider values fill the range
    ("tiff", np.float32([[-1, 0, 1]]), [0, 128, 255]),
    ("tiff", np.float32([[1e-20, 2e-20]]), [0, 255]),
])  # fmt: skip
def test_values_of_more_than_eight_bits(tmp_path, suffix, values, grays):
    path = tmp_path / f"image.{suffix}"
    Image.fromarray(values).save(path)
    assert np.asarray(read_picture(path))[0, :, 0].tolist() == grays


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf, -3.4e38, 3.4e38, -9999.9])
def test_pixels_without_a_value_are_white_and_outside_of_the_range(tmp_path, missing):
    """Declared as a map does, where it could be a value."""
    image = Image.fromarray(np.float32([[missing, 5.0, 5.5, 6.0]]))
    image.save(tmp_path / "map.tiff", tiffinfo={GDAL_NODATA: "-9999.9"})
    grays = np.asarray(read_picture(tmp_path / "map.tiff"))[0, :, 0]
    assert grays.tolist() == [255, 0, 128, 255]


@pytest.mark.parametrize("declared", ["none", "", "nan", "5.5"])
def test_what_is_declared_may_be_no_number(tmp_path, declared):
    image = Image.fromarray(np.float32([[5.0, 6.0]]))
    image.save(tmp_path / "map.tiff", tiffinfo={GDAL_NODATA: declared})
    assert np.asarray(read_picture(tmp_path / "map.tiff"))[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize(
    ("value", "gray"), [(1.0, 255), (0.0, 0), (0.5, 128), (7.0, 255), (-1.0, 0), (np.nan, 255)]
)
def test_a_constant_picture_is_a_share_of_white(value, gray):
    image = to_rgb(Image.fromarray(np.full((2, 2), value, dtype=np.float32)))
    assert set(np.asarray(image).flat) == {gray}


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_the_first_picture_of_an_animation(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    first, second = (Image.new("RGB", (8, 8), color) for color in (RED, GREEN))
    first.save(path, save_all=True, append_images=[second], duration=100)
    assert close(at(read_picture(path), (4, 4)), [RED], 4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(scene, tmp_path, orientation):
    """Each orientation stands for a turn; the picture is stored turned the other way."""
    turn = Image.Transpose
    stored = {
        1: None, 2: turn.FLIP_LEFT_RIGHT, 3: turn.ROTATE_180, 4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE, 6: turn.ROTATE_90, 7: turn.TRANSVERSE, 8: turn.ROTATE_270,
    }[orientation]  # fmt: skip
    scene.paste(WHITE, (0, 0, 4, 4))  # the corner at the top left
    image = scene if stored is None else scene.transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "scene.png"
    image.save(path, exif=exif)
    upright = read_picture(path)
    assert upright.size == (24, 16)
    assert at(upright, (1, 1), (2, 12), (21, 8)) == [WHITE, RED, GREEN]


def entry(tag, kind, count, value):
    return struct.pack("<HHI", tag, kind, count) + value


def exif_with(*entries):
    header = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries))
    return header + b"".join(entries) + bytes(4)


TURNED = entry(0x0112, 3, 1, b"\6\0\0\0")
ODD_EXIF = {
    "text in a fraction": (exif_with(TURNED, entry(0x011A, 2, 4, b"72\0\0")), (16, 24)),
    "bytes in a number": (exif_with(TURNED, entry(0x0128, 7, 4, b"abcd")), (16, 24)),
    "a sign in a number without": (
        exif_with(TURNED, entry(0x0128, 8, 1, b"\xff\xff\0\0")),
        (16, 24),
    ),
    "no such turn": (exif_with(entry(0x0112, 3, 1, b"\x09\0\0\0")), (24, 16)),
    "text as orientation": (exif_with(entry(0x0112, 2, 2, b"6\0\0\0")), (24, 16)),
    "another header": (b"Exif\0\0\0\10\0\2\1\22\0\3", (24, 16)),
    "cut": (b"Exif\0\0II*\0\x08\0", (24, 16)),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("name", ODD_EXIF)
def test_odd_exif_data_do_not_refuse_good_pixels(scene, tmp_path, kind, name):
    exif, size = ODD_EXIF[name]
    (tmp_path / "scene").write_bytes(encoded(scene, kind, exif=exif))
    assert read_picture(tmp_path / "scene").size == size


def test_an_address_that_redirects(scene, pages):
    pages["new.png"] = encoded(scene, "PNG")
    pages["old.png"] = redirect("new.png")
    assert at(read_picture(pages.address + "old.png"), (2, 8), (21, 8)) == [RED, GREEN]


def test_the_picture_that_was_given_is_left_as_it_is(scene):
    before = scene.tobytes()
    copy = to_rgb(scene)
    ImageDraw.Draw(copy).rectangle((0, 0, 24, 16), fill="blue")
    assert scene.tobytes() == before
