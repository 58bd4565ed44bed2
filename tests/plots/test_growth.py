import pytest

from lsdl_helpers.large import PowerLaw
from lsdl_helpers.plots import growth, loss_by_size

POINTS = {"later": (2020, 1e9), "early": (1960, 1e3), "between": (1998, 1e5)}


def test_each_point_and_level_has_its_place_and_its_name():
    axes = growth(POINTS, {"leech": 1e4, "frog": 1e7})
    leech, frog, points = (line.get_xydata() for line in axes.lines)
    assert [tuple(point) for point in points] == list(POINTS.values())
    assert {*leech[:, 1]} == {1e4}
    assert {*frog[:, 1]} == {1e7}
    assert {text.get_text() for text in axes.texts} == {"leech", "frog", *POINTS}
    assert axes.get_yscale() == "log"


def test_names_stand_in_the_order_of_size_evenly_apart():
    axes = growth(POINTS, {})
    names = {text.get_text(): (text.xy, text.get_position()) for text in axes.texts}
    assert list(names) == ["early", "between", "later"]
    assert all(names[name][0] == POINTS[name] for name in names)
    heights = [place[1] for _, place in names.values()]
    assert heights[1] / heights[0] == pytest.approx(heights[2] / heights[1])
    assert (heights[0], heights[2]) == (pytest.approx(1e3 / 3), pytest.approx(30e9))


def test_too_few_points_and_a_size_of_nothing_are_errors():
    with pytest.raises(ValueError, match="1 points; growth needs at least two"):
        growth({"one": (1960, 1)}, {})
    with pytest.raises(ValueError, match="early, ant: sizes must be above 0"):
        growth(POINTS | {"early": (1960, 0)}, {"ant": -1})


def test_a_law_is_drawn_over_all_sizes_and_named():
    law = PowerLaw(1000, 0.5, 0.1)
    axes = loss_by_size([100, 400, 1600], [3.0, 1.6, 0.9], [0.1, 0.1, 0.1], {"floor": law})
    x, y = axes.lines[-1].get_xydata().T
    assert (x[0], x[-1]) == (pytest.approx(100), pytest.approx(1600))
    assert y == pytest.approx(law.predict(x))
    assert [text.get_text() for text in axes.get_legend().texts] == ["floor", "measured"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_lists_of_other_lengths_are_an_error():
    with pytest.raises(ValueError, match="2 sizes, 1 losses and 2 errors"):
        loss_by_size([1, 2], [1], [0.1, 0.1], {})
