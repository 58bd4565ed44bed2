"""By size a measured figure passes and a broken one fails; a strict comparison sees a pixel."""

import base64

import pytest
from PIL import Image

from tests.book import sample
from tests.book.pictures import difference, differences, pictures_of

BARS, OTHER_BARS = sample.picture(40, 80, 60), sample.picture(90, 10, 5)


def with_pixel(value):
    image = Image.new("RGBA", (40, 30), "white")
    image.putpixel((7, 5), value)
    return sample.encoded(image)


def test_what_is_measured_may_be_drawn_otherwise():
    assert not difference(BARS, OTHER_BARS)
    assert not difference(sample.picture(40), sample.picture(40, size=(243, 157)))


@pytest.mark.parametrize("value", [(255, 255, 254, 255), (255, 255, 255, 254)])
def test_where_the_same_is_drawn_each_pixel_counts(value):
    white, other = with_pixel((255, 255, 255, 255)), with_pixel(value)
    assert not difference(white, white, strict=True)
    assert "another figure: it differs within (7, 5, 8, 6)" in difference(white, other, strict=True)
    assert "another figure" in differences([BARS], [OTHER_BARS], strict=True)[0]


def test_how_a_picture_is_packed_does_not_count():
    packed = BARS[:-4] + base64.b64encode(base64.b64decode(BARS[-4:]) + b"more").decode()
    assert packed != BARS
    assert not difference(BARS, packed, strict=True)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("garbage", ["iVBORw0KGgo=", "AAAA", "A", BARS[:-80]], ids=lambda g: g[:12])
def test_garbage_fails(garbage, strict):
    assert "cannot be read" in difference(garbage, BARS, strict)


def test_another_size_fails():
    assert "its size" in difference(sample.picture(40), sample.picture(40, size=(260, 160)))
    narrow = sample.picture(40, size=(239, 160))
    assert "its size" in difference(sample.picture(40), narrow, strict=True)


def test_a_missing_or_added_picture_fails():
    assert differences([BARS], []) == ["pictures: 1 stored, 0 in a fresh run"]
    assert differences([], [BARS]) == ["pictures: 0 stored, 1 in a fresh run"]


def test_pictures_in_html_count():
    html = {"data": {"text/html": f'<img src="data:image/png;base64,{BARS}">'}}
    assert pictures_of([html, {"data": {"image/png": BARS}}, {"text": "x"}]) == [BARS, BARS]
