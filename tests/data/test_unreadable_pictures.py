"""What is no picture: one kind of error, in one line."""

import os
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from lsdl_helpers.data import DownloadError, PictureError, pictures, read_picture
from tests.data.test_pictures import encoded


def refused(source, message):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(PictureError, match=message) as caught:
            read_picture(source)
    assert str(caught.value).startswith(str(source))
    assert len(str(caught.value).splitlines()) == 1


def test_no_such_file(tmp_path):
    refused(tmp_path / "cat.png", "there is no such file")
    refused(tmp_path / ("x" * 300), "cannot be read|no such file")
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture("cat\0.png")


def test_no_file_with_a_picture(tmp_path):
    refused(tmp_path, "is a folder, not a picture")
    refused(os.devnull, "is not a file")
    (tmp_path / "cat.png").touch()
    refused(tmp_path / "cat.png", "the file is empty")


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


@pytest.mark.parametrize("address", ["file:///x.png", "ftp://me:secret@host/x.png", "data://x"])
def test_other_schemes_and_no_password_in_the_message(address):
    with pytest.raises(PictureError) as caught:
        read_picture(address)
    start = address.replace("me:secret@", "")
    assert str(caught.value) == f"{start}: an address must begin with http:// or https://"


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


def test_an_address_that_is_too_slow(pages, monkeypatch):
    monkeypatch.setattr(pictures, "TIMEOUT_S", 0.3)
    pages["x"] = lambda handler: pages.over.wait(5)
    with pytest.raises(DownloadError, match=r"no answer within 0\.3 s"):
        read_picture(pages.address + "x")


def test_an_address_that_is_no_picture(pages):
    pages["x.png"] = b"<html>a page</html>"
    refused(pages.address + "x.png", "not a picture")
    pages["x.png"] = b""
    refused(pages.address + "x.png", "the file is empty")
