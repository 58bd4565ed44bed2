import io

import matplotlib
import pytest
from PIL import Image

from lsdl_helpers.plots import (
    COLORS,
    MARKERS,
    bit_fields,
    contact_sheet,
    number_line,
    roofline,
    rounding_line,
    timeline,
)

ROOFS = {
    "peaks": {"float32": 100e9, "bfloat16": 400e9},
    "bandwidths": {"memory": 20e9, "cache": 80e9},
}


@pytest.fixture(autouse=True)
def _no_windows():
    from matplotlib import pyplot as plt

    backend = matplotlib.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)


def test_roofs_rise_with_the_bandwidth_and_end_at_the_peak():
    axes = roofline({}, **ROOFS)
    memory, cache, *peaks = [line.get_xydata() for line in axes.lines]
    for line, slope in ((memory, 20e9), (cache, 80e9)):
        assert line[:, 1] == pytest.approx(slope * line[:, 0])
        assert line[-1, 1] == 400e9
    assert [line[0].tolist() for line in peaks] == [[1.25, 100e9], [5, 400e9]]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_every_point_has_its_position_color_and_marker():
    points = {f"layer {k}": (10.0**k, 1e9 * (k + 1)) for k in range(3)}
    axes = roofline(points, **ROOFS)
    drawn = axes.lines[-3:]
    assert [tuple(line.get_xydata()[0]) for line in drawn] == list(points.values())
    assert [line.get_marker() for line in drawn] == list(MARKERS[:3])
    assert [line.get_color() for line in drawn] == list(COLORS[:3])
    names = [text.get_text() for text in axes.get_legend().texts]
    assert names == ["memory, 20 GB/s", "cache, 80 GB/s", *points]
    assert axes.get_xlim()[1] > 100


def test_a_point_below_the_axes_or_no_roof_is_an_error():
    with pytest.raises(ValueError, match="relu: intensity and rate must be above 0"):
        roofline({"relu": (0, 1e9)}, **ROOFS)
    with pytest.raises(ValueError, match="at least one peak and one bandwidth"):
        roofline({}, peaks={}, bandwidths={})


def test_a_timeline_has_a_bar_for_each_step_and_labels_that_fit():
    from matplotlib import pyplot as plt

    bars = [(0, 0.0, 1.0, "1", 0), (1, 1.0, 3.0, "1", 1), (1, 3.0, 3.001, "2", 0)]
    axes = timeline(bars, plt.figure().subplots())
    boxes = [(b.get_y() + b.get_height() / 2, b.get_x(), b.get_width()) for b in axes.patches]
    assert boxes == [(row, start, pytest.approx(end - start)) for row, start, end, _, _ in bars]
    assert [text.get_text() for text in axes.texts] == ["1", "1"], "the third is too narrow"
    assert [text.get_color() for text in axes.texts] == ["white", "black"]
    assert axes.get_ylim() == (1.5, -0.5), "the first rank at the top"
    with pytest.raises(ValueError, match="at least one bar"):
        timeline([], axes)


FIELDS = {
    "FP16": {"sign": 1, "exponent": 5, "fraction": 10},
    "fixed point": {"sign": 1, "integer": 3, "fraction": 4},
}


def test_a_format_has_a_box_a_bit_and_a_color_a_field():
    axes = bit_fields(FIELDS)
    rows = {}
    for box in axes.patches:
        rows.setdefault(round(box.get_y(), 2), []).append(box)
    assert [len(row) for row in rows.values()] == [16, 8]
    for row, fields in zip(rows.values(), FIELDS.values(), strict=True):
        assert [box.get_x() for box in row] == list(range(len(row)))
        assert len({box.get_facecolor() for box in row}) == len(fields)
    sizes = [text.get_text() for text in axes.texts]
    assert sizes == ["1", "5", "10", "1", "3", "4"]
    fields = [text.get_text() for text in axes.get_legend().texts]
    assert fields == ["sign", "exponent", "fraction", "integer"]


@pytest.mark.parametrize("formats", [{}, {"odd": {str(k): 1 for k in range(len(COLORS) + 1)}}])
def test_bit_fields_need_formats_and_colors_for_the_fields(formats):
    with pytest.raises(ValueError, match="allowed: at least one, and at most"):
        bit_fields(formats)


def test_a_number_stands_at_its_place_below_its_code():
    axes = number_line({"10": -2.0, "01": 1.0})
    assert [line.get_xdata()[0] for line in axes.lines] == [-2.0, 1.0]
    assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [("10", -2.0), ("01", 1.0)]


def test_a_number_line_needs_a_number():
    with pytest.raises(ValueError, match="at least one number"):
        number_line({})


def test_a_rounding_line_has_the_numbers_the_value_and_where_it_goes():
    (axes,) = rounding_line([0.0, 0.5, 1.0], 0.7, 0.5).axes
    numbers, value, rounded = [line.get_xdata().tolist() for line in axes.lines]
    assert (numbers, value, rounded) == ([0.0, 0.5, 1.0], [0.7], [0.5])
    assert axes.get_title() == "0.7 becomes 0.5"
    with pytest.raises(ValueError, match="value -1; allowed: from 0"):
        rounding_line([0.0, 8.0], -1, 0.0)


@pytest.mark.parametrize(("value", "rounded", "end"), [(3, 4.0, 6), (7, 8.0, 8), (600, 448.0, 600)])
def test_a_rounding_line_reaches_the_value_and_its_rounding(value, rounded, end):
    (axes,) = rounding_line([0.0, 8.0], value, rounded).axes
    assert axes.get_xlim()[1] == pytest.approx(end * 31 / 30)


def test_a_contact_sheet_shows_each_picture_above_its_caption():
    from matplotlib import pyplot as plt

    colors = ["red", "lime", "blue"]
    sheet = contact_sheet([Image.new("RGB", (40, 20), c) for c in colors], colors, columns=2)
    assert repr(sheet) == "contact sheet of 3 pictures"
    drawn = Image.open(io.BytesIO(sheet._repr_jpeg_())).convert("RGB")
    width, height = drawn.size
    assert (drawn.format, width) == (None, 240)
    for k, color in enumerate(["#fe0000", "#00ff01", "#0000fe"]):
        middle = drawn.getpixel((width * (1 + 2 * (k % 2)) // 4, height * (1 + 2 * (k // 2)) // 4))
        expected = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        assert middle == pytest.approx(expected, abs=3)
    assert drawn.getpixel((3 * width // 4, 3 * height // 4)) == (255, 255, 255), (
        "there is no fourth"
    )
    assert not plt.get_fignums()


def test_a_contact_sheet_cuts_a_caption_that_would_run_into_the_next():
    sheet = contact_sheet([Image.new("RGB", (1, 1))] * 2, ["W" * 40, ""], columns=2)
    drawn = Image.open(io.BytesIO(sheet._repr_jpeg_())).convert("L")
    first, second = (drawn.crop((left, 124, left + 112, drawn.height)) for left in (0, 128))
    assert first.getextrema()[0] < 100, "it is drawn"
    assert second.getextrema()[0] > 240


def test_a_contact_sheet_needs_pictures_and_as_many_captions():
    for pictures, captions in (([], []), ([Image.new("RGB", (1, 1))], [])):
        with pytest.raises(ValueError, match="allowed: as many of both, at least one"):
            contact_sheet(pictures, captions)
