import numpy as np
import pytest
from PIL import Image

from lsdl_helpers.data import photograph
from lsdl_helpers.pretrained import annotate, pretrained
from lsdl_helpers.pretrained.annotation import MAX_LABELS

LABELS = [("tabby", 0.5), ("lynx", 0.25), ("tiger cat", 0.0)]


def rows(page, picture, num_labels):
    """The strips of the labels, as arrays (height, width, 3)."""
    height = max(24, page.width // 16)
    pixels = np.asarray(page)[picture.height :]
    return [pixels[k * height : (k + 1) * height] for k in range(num_labels)]


def test_the_picture_stays_whole_above_the_labels():
    picture = photograph("chelsea")
    before = picture.tobytes()
    page = annotate(picture, LABELS)
    np.testing.assert_array_equal(np.asarray(page)[:300], np.asarray(picture))
    assert picture.tobytes() == before


def test_a_bar_is_as_long_as_the_probability():
    picture = photograph("coffee")
    page = annotate(picture, LABELS)
    for row, (_, probability) in zip(rows(page, picture, 3), LABELS, strict=True):
        blue = (row == (0x9E, 0xCA, 0xE1)).all(axis=2).any(axis=0)
        assert blue.sum() == pytest.approx(600 * probability, abs=1)


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_names_and_percentages_are_dark_on_light_and_whole(width):
    """Ink at both ends of each row and none at the edges, for the longest names too."""
    longest = sorted(pretrained("efficientnet_lite0").names, key=len)[-3:]
    picture = Image.new("RGB", (width, 100))
    page = annotate(picture, [(name, 0.0) for name in [*longest, "W" * 60]])
    for row in rows(page, picture, 4):
        ink = row.max(axis=2) < 128
        assert ink[:, : width // 4].any()
        assert ink[:, -width // 4 :].any()
        assert not ink[[0, -1]].any()
        assert not ink[:, [0, -1]].any()
        heights = np.flatnonzero(ink[:, -width // 6 :].any(axis=1))
        assert len(heights) >= 8, "digits are at least eight pixels high"


@pytest.mark.parametrize(("given", "shown"), [(20, 320), (500, 500), (4000, 1280)])
def test_width_is_kept_within_limits(given, shown):
    page = annotate(Image.new("RGB", (given, given)), LABELS[:1])
    assert page.size == (shown, shown + (row := max(24, shown // 16)) + row // 8)


def test_the_first_ten_of_more_are_drawn():
    picture = photograph("coffee")
    page = annotate(picture, LABELS * 10)
    assert page.size == annotate(picture, (LABELS * 10)[:MAX_LABELS]).size


def test_no_label():
    with pytest.raises(ValueError, match="there is no label to draw"):
        annotate(photograph("coffee"), [])
