import io
import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lsdl_helpers.data import DownloadError, PictureError, pictures, read_picture
from lsdl_helpers.data.pictures import GDAL_NODATA, to_rgb

RED, GREEN, WHITE = (255, 0, 0), (0, 255, 0), (255, 255, 255)


@pytest.fixture
def scene():
    """24 x 16, red at the left, green at the right: upright or not can be seen."""
    image = Image.new("RGB", (24, 16), GREEN)
    image.paste(RED, (0, 0, 12, 16))
    return image


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def at(image, *positions):
    return [image.getpixel(position) for position in positions]


def close(a, b, tolerance=4):
    return np.abs(np.subtract(a, b, dtype=int)).max() <= tolerance


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "gif", "tiff", "webp", "ppm"])
def test_formats(scene, tmp_path, suffix):
    path = tmp_path / f"scene.{suffix}"
    scene.save(path, **({"quality": 95} if suffix in {"jpg", "webp"} else {}))
    for source in (path, str(path)):
        image = read_picture(source)
        assert (image.mode, image.size) == ("RGB", (24, 16))
        assert close(at(image, (2, 8), (21, 8)), [RED, GREEN])


def test_cmyk(scene, tmp_path):
    path = tmp_path / "scene.jpg"
    scene.convert("CMYK").save(path, quality=95)
    assert close(at(read_picture(path), (2, 8), (21, 8)), [RED, GREEN])


def test_cmyk_in_a_tiff(scene, tmp_path):
    path = tmp_path / "scene.tiff"
    scene.convert("CMYK").save(path)
    assert at(read_picture(path), (2, 8), (21, 8)) == [RED, GREEN]


@pytest.mark.parametrize("mode", ["L", "1"])
def test_gray(scene, tmp_path, mode):
    path = tmp_path / "scene.png"
    scene.convert(mode, dither=Image.Dither.NONE).save(path)
    expected = scene.convert(mode, dither=Image.Dither.NONE).convert("L")
    values = [expected.getpixel((2, 8)), expected.getpixel((21, 8))]
    assert at(read_picture(path), (2, 8), (21, 8)) == [(value,) * 3 for value in values]


def test_palette(scene, tmp_path):
    path = tmp_path / "scene.png"
    scene.quantize(8).save(path)
    assert at(read_picture(path), (2, 8), (21, 8)) == [RED, GREEN]


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


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bits(tmp_path, suffix):
    path = tmp_path / f"image.{suffix}"
    values = np.array([[0, 257, 128 * 257, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(path)
    assert np.asarray(read_picture(path))[0, :, 0].tolist() == [0, 1, 128, 255]


def test_wider_values_fill_the_range(tmp_path):
    for values in (np.float32([[-1, 0, 1]]), np.int32([[-70_000, 0, 70_000]])):
        path = tmp_path / "image.tiff"
        Image.fromarray(values).save(path)
        assert np.asarray(read_picture(path))[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf, -3.4e38, 3.4e38, -9999.9])
def test_pixels_without_a_value_are_white_and_outside_of_the_range(tmp_path, missing):
    """Declared as a map does, where it could be a value."""
    image = Image.fromarray(np.float32([[missing, 5.0, 5.5, 6.0]]))
    image.save(tmp_path / "map.tiff", tiffinfo={GDAL_NODATA: "-9999.9"})
    found = np.asarray(read_picture(tmp_path / "map.tiff"))[0, :, 0]
    assert found.tolist() == [255, 0, 128, 255]


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


def test_a_narrow_range_is_a_range():
    image = to_rgb(Image.fromarray(np.float32([[1e-20, 2e-20]])))
    assert np.asarray(image)[0, :, 0].tolist() == [0, 255]


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_the_first_picture_of_an_animation(tmp_path, suffix):
    path = tmp_path / f"film.{suffix}"
    first, second = (Image.new("RGB", (8, 8), color) for color in (RED, GREEN))
    first.save(path, save_all=True, append_images=[second], duration=100)
    assert close(at(read_picture(path), (4, 4)), [RED])


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


def refused(source, said):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=said) as caught:
            read_picture(source)
    assert str(caught.value).startswith(str(source))
    assert len(str(caught.value).splitlines()) == 1


def test_no_such_file(tmp_path):
    refused(tmp_path / "cat.png", "there is no such file")
    refused(tmp_path / ("x" * 300), "cannot be read|no such file")
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture("cat\0.png")


def test_a_folder(tmp_path):
    refused(tmp_path, "is a folder, not a picture")


def test_a_device():
    refused(os.devnull, "is not a file")


def test_an_empty_file(tmp_path):
    path = tmp_path / "cat.png"
    path.touch()
    refused(path, "the file is empty")


@pytest.mark.parametrize("content", [b"x", b"this is a text\n" * 99])
def test_not_a_picture(tmp_path, content):
    path = tmp_path / "cat.png"
    path.write_bytes(content)
    refused(path, "not a picture")


def test_a_program_that_draws_is_not_run(scene, tmp_path):
    """PIL would hand it to Ghostscript."""
    scene.save(tmp_path / "scene.eps")
    refused(tmp_path / "scene.eps", "not a picture")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_a_truncated_picture(tmp_path, kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    path = tmp_path / "noise"
    path.write_bytes(content[: int(share * len(content))])
    refused(path, "cannot be decoded|not a picture")


def test_damaged_bytes_never_give_anything_but_the_error(scene, tmp_path):
    random = np.random.default_rng(0)
    path = tmp_path / "scene"
    for kind in ("PNG", "JPEG", "GIF", "TIFF", "WEBP"):
        content = encoded(scene, kind)
        for _ in range(40):
            damaged = bytearray(content)
            for position in random.integers(0, len(content), 3):
                damaged[position] = random.integers(256)
            path.write_bytes(damaged)
            try:
                assert read_picture(path).mode == "RGB"
            except PictureError as error:
                assert len(str(error).splitlines()) == 1  # noqa: PT017


@pytest.mark.parametrize("pixels", [10_000, 400])
def test_a_decompression_bomb(tmp_path, monkeypatch, pixels):
    """PIL warns above its limit, and refuses above twice of it."""
    path = tmp_path / "bomb.png"
    Image.new("1", (pixels, 1)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    refused(path, "more than 300 pixels")


def test_a_true_bomb_is_refused_without_decoding_it(tmp_path):
    path = tmp_path / "bomb.png"
    header = encoded(Image.new("1", (1, 1)), "PNG")
    width = (60_000).to_bytes(4, "big")
    patched = bytearray(header)
    patched[16:24] = width + width
    patched[29:33] = zlib.crc32(patched[12:29]).to_bytes(4, "big")
    path.write_bytes(patched)
    refused(path, "more than 89,478,485 pixels")


def test_an_address(scene, pages):
    pages["scene.png"] = encoded(scene, "PNG")
    assert at(read_picture(pages.address + "scene.png"), (2, 8), (21, 8)) == [RED, GREEN]


def test_an_address_that_redirects(scene, pages):
    pages["new.png"] = encoded(scene, "PNG")
    pages["old.png"] = redirect(pages.address + "new.png")
    assert read_picture(pages.address + "old.png").size == (24, 16)


def redirect(target):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


@pytest.mark.parametrize("scheme", ["file", "ftp", "data"])
def test_no_redirect_to_another_scheme(scene, tmp_path, pages, scheme):
    path = tmp_path / "secret.png"
    scene.save(path)
    pages["x"] = redirect(f"{scheme}://{path}")
    with pytest.raises(DownloadError, match=r"not allowed|unknown url type"):
        read_picture(pages.address + "x")


@pytest.mark.parametrize("address", ["file:///x.png", "ftp://host/x.png", "data://x"])
def test_other_schemes(address):
    refused(address, "must begin with http:// or https://")


def test_a_password_in_an_address_is_not_printed():
    with pytest.raises(PictureError, match=r"^ftp://host/x\.png: an address must"):
        read_picture("ftp://me:secret@host/x.png")


@pytest.mark.parametrize("told", [True, False])
def test_an_address_with_too_many_bytes(pages, monkeypatch, told):
    monkeypatch.setattr(pictures, "MAX_BYTES", 100_000)

    def endless(handler):
        handler.send_response(200)
        if told:
            handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        if told:
            pages.over.wait(5)
            return  # the length alone must be enough
        for _ in range(20):
            handler.wfile.write(bytes(50_000))

    pages["x"] = endless
    refused(pages.address + "x", "more than 100,000 bytes")


@pytest.mark.parametrize("drops", [0, 100])
def test_an_address_that_is_too_slow(pages, monkeypatch, drops):
    monkeypatch.setattr(pictures, "TIMEOUT_S", 0.3)
    sent = []

    def slow(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(drops):  # never silent for long
            handler.wfile.write(b"x")
            sent.append(b"x")
            if pages.over.wait(0.05):
                return
        pages.over.wait(0 if drops else 5)  # who is still here then is told that all is well

    pages["x"] = slow
    with pytest.raises(DownloadError, match=r"(no answer|not complete) within"):
        read_picture(pages.address + "x")
    assert len(sent) < max(drops, 1), "it did not wait for the rest"


def test_an_address_without_a_page(pages):
    with pytest.raises(DownloadError, match="404"):
        read_picture(pages.address + "x.png")


def test_an_address_that_is_no_picture(pages):
    pages["x.png"] = b"<html>a page</html>"
    refused(pages.address + "x.png", "not a picture")
    pages["x.png"] = b""
    refused(pages.address + "x.png", "the file is empty")


def test_the_picture_that_was_given_is_left_as_it_is(scene):
    before = scene.tobytes()
    copy = to_rgb(scene)
    ImageDraw.Draw(copy).rectangle((0, 0, 24, 16), fill="blue")
    assert scene.tobytes() == before


def test_eight_bits_stored_in_32_are_not_darkened(tmp_path):
    values = np.array([[0, 100, 255]], dtype=np.int32)
    Image.fromarray(values).save(tmp_path / "wide.tif")
    assert np.asarray(read_picture(tmp_path / "wide.tif"))[0, :, 0].tolist() == [0, 100, 255]
