"""What the course computes on: photographs, pictures of the reader's own, published files."""

from lsdl_helpers.data.digits import digits
from lsdl_helpers.data.download import fetch
from lsdl_helpers.data.glyphs import glyphs
from lsdl_helpers.data.photographs import list_photographs, photograph
from lsdl_helpers.data.pictures import PictureError, read_picture
from lsdl_helpers.data.web import DownloadError
from lsdl_helpers.data.windows import gray_photograph, hide_smileys, slide, smiley_windows

__all__ = [
    "DownloadError", "PictureError",
    "digits", "fetch", "glyphs", "gray_photograph", "hide_smileys", "list_photographs",
    "photograph", "read_picture", "slide", "smiley_windows",
]  # fmt: skip
