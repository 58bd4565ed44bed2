"""Every picture of every chapter on a phone: a letter of 10 points is 10 px high, none is cut.

How many dots an inch has stands in a PNG or JPEG; a frame of an explorer has those of the style.
"""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page

from lsdl_helpers.plots.style import DPI
from tools.notebook_form import ROOT, chapters_in_order

pytestmark = pytest.mark.slow

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html") for path in chapters_in_order()]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3}
POINTS = 10  # of the smallest letter of a figure (tests/book/figure_style.py)
# What a fold hides has no width; what has not been scrolled to is not loaded.
UNFOLD = """async () => {
    document.documentElement.classList.remove('guessing')
    document.querySelectorAll('details').forEach(fold => { fold.open = true })
    const images = [...document.querySelectorAll('.bd-article img')]
    await Promise.all(images.map(image => { image.loading = 'eager'; return image.decode() }))
    return images.map(image => ({
        source: image.src, shown: image.getBoundingClientRect().width,
        right: image.getBoundingClientRect().right,
    }))
}"""


@pytest.fixture(scope="module")
def phone(browser):
    with browser.new_context(**PHONE) as context:
        yield context.new_page()


def content_of(page: Page, source: str) -> bytes:
    """Return a picture, a file or written into the page."""
    if source.startswith("data:"):
        return base64.b64decode(source.partition(",")[2])
    return page.request.get(source).body()


def smallest_letter(content: bytes, shown: float) -> float:
    """Return how many pixels the smallest letter of a picture has where it is so wide."""
    if b"<svg" in content:
        sizes = re.findall(rb"font(?:-size)?:[^;}]*?(\d+)px", content)
        width = re.search(rb'viewBox="\S+ \S+ (\S+)', content)[1]
        return min(map(float, sizes)) * shown / float(width)
    picture = Image.open(io.BytesIO(content))
    return POINTS / 72 * picture.info.get("dpi", (DPI,))[0] * shown / picture.width


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_no_letter_is_smaller_than_ten_pixels(phone, site, chapter):
    phone.goto(f"{site}{chapter}")
    pictures = phone.evaluate(UNFOLD)
    assert pictures
    small = {}
    for picture in pictures:
        size = smallest_letter(content_of(phone, picture["source"]), picture["shown"])
        if size < 10 or picture["right"] > PHONE["viewport"]["width"]:
            small[picture["source"][-60:]] = (round(size, 1), picture["shown"])
    assert not small, "picture: (pixels of its smallest letter, pixels of its width)"
