import pytest

from lsdl_helpers.plots import COLORS, bit_fields, number_line, rounding_line

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
    with pytest.raises(ValueError, match="value -1; allowed: from 0"):
        rounding_line([0.0, 8.0], -1, 0.0)


@pytest.mark.parametrize(("value", "rounded", "end"), [(3, 4.0, 6), (7, 8.0, 8), (600, 448.0, 600)])
def test_a_rounding_line_reaches_the_value_and_its_rounding(value, rounded, end):
    (axes,) = rounding_line([0.0, 8.0], value, rounded).axes
    assert axes.get_xlim()[1] == pytest.approx(end * 31 / 30)
