import io
import itertools
import re
from unittest import mock

import pytest
from PIL import Image

from lsdl_helpers.plots import contact_sheet


def test_a_contact_sheet_shows_each_picture_above_its_caption():
    from matplotlib import pyplot as plt

    colors = ["red", "lime", "blue"]
    sheet = contact_sheet([Image.new("RGB", (40, 40), c) for c in colors], colors, columns=2)
    assert repr(sheet) == "contact sheet of 3 pictures"
    drawn = Image.open(io.BytesIO(sheet._repr_jpeg_())).convert("RGB")
    side, row = drawn.width // 2, drawn.height // 2  # a row has its caption below the picture
    assert row > side
    for k, color in enumerate(["#fe0000", "#00ff01", "#0000fe"]):
        middle = drawn.getpixel((side * (k % 2) + side // 2, row * (k // 2) + side // 2))
        expected = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        assert middle == pytest.approx(expected, abs=3)
    fourth = drawn.crop((side + 9, row + 9, drawn.width, drawn.height)).convert("L")
    assert fourth.getextrema()[0] > 240, "there is no fourth"
    assert not plt.get_fignums()


def captions_drawn(*captions):
    """Return what the figure of a contact sheet says, and the places where it says it."""
    with mock.patch("lsdl_helpers.plots.photographs.Photographic") as stored:
        contact_sheet([Image.new("RGB", (1, 1))] * len(captions), captions)
    figure = stored.call_args.args[0]
    return [text.get_text() for text in figure.texts], [t.get_window_extent() for t in figure.texts]


def test_a_caption_wider_than_its_picture_is_broken_and_a_word_cut():
    texts, _ = captions_drawn("hubble_deep_field", "a b", "immunohistochemistry", "one\ntwo")
    assert texts[0].replace("\n", "") == "hubble_deep_field"
    assert texts[0].count("\n") == 1
    assert texts[1] == "a b"
    assert re.fullmatch("immuno.*…", texts[2])
    assert texts[3] == "one\ntwo"


def test_no_caption_runs_into_the_next():
    _, places = captions_drawn("W" * 40, "W" * 40, "motorcycle_right", "W_" * 40)
    for place, following in itertools.pairwise(places):
        assert place.x1 < following.x0


def test_a_contact_sheet_needs_pictures_and_as_many_captions():
    for pictures, captions in (([], []), ([Image.new("RGB", (1, 1))], [])):
        with pytest.raises(ValueError, match="allowed: as many of both, at least one"):
            contact_sheet(pictures, captions)
