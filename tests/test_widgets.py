import html
import json
import re
import sys

import numpy as np
import pytest
from matplotlib import pyplot as plt

from lsdl_helpers.widgets import explore


def draw(height, color="C0"):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([0], [height], color=color)
    return figure, f'a bar "{color}" of height {height}'


def data(explorer):
    return json.loads(html.unescape(re.search(r'data-explorer="([^"]*)"', explorer.data)[1]))


def test_a_frame_for_every_combination_in_order():
    stored = data(explore(draw, height=[1, 2], color=["C0", "C1", "C2"]))
    assert stored["labels"] == [["1", "2"], ["C0", "C1", "C2"]]
    values = [(height, color) for height in (1, 2) for color in ("C0", "C1", "C2")]
    assert [frame["result"] for frame in stored["frames"]] == [
        f'a bar "{color}" of height {height}' for height, color in values
    ]
    assert [frame["alt"] for frame in stored["frames"]] == [
        f"Height: {height}; Color: {color}" for height, color in values
    ]
    assert len({frame["src"] for frame in stored["frames"]}) > 1


def test_the_first_frame_stands_there_without_a_script():
    explorer = explore(draw, height=[1, 2])
    first = data(explorer)["frames"][0]
    picture = re.search(r"<img[^>]*>", explorer.data)[0]
    assert f'src="{first["src"]}"' in picture
    assert f'alt="{html.escape(first["alt"])}"' in picture
    assert f'width="{first["width"]}" height="{first["height"]}"' in picture
    assert first["result"] not in html.unescape(picture), "who hears both would hear it twice"


def test_the_result_stands_below_the_picture_and_is_announced_when_it_changes():
    shown = re.search(r"<img[^>]*><output([^>]*)>(.*?)</output>", explore(draw, height=[1, 2]).data)
    assert 'aria-live="polite"' in shown[1]
    assert html.unescape(shown[2]) == 'a bar "C0" of height 1'


def test_a_frame_has_the_resolution_of_its_figure():
    def dotted(dpi):
        return plt.figure(figsize=(2, 1), dpi=dpi), "nothing"

    stored = data(explore(dotted, dpi=[50, 160]))
    assert [frame["width"] for frame in stored["frames"]] == [100, 320]


def test_sliders_are_named_and_say_their_value():
    explorer = explore(draw, height=[5, 6])
    assert explorer.data.count('type="range"') == 1
    assert ">Height</span>" in explorer.data
    assert 'aria-valuetext="5"' in explorer.data


def test_a_title_says_in_words_what_is_chosen():
    titles = {"height": "Height of <the> bar"}
    explorer = explore(draw, titles=titles, height=[5, 6], color=["C0"])
    shown = re.findall(r"<label[^>]*><span[^>]*>(.*?)</span>", explorer.data)
    assert shown == ["Height of &lt;the&gt; bar", "Color"]


@pytest.mark.parametrize("is_live", [False, True])
def test_a_title_of_what_is_no_choice_is_an_error(is_live):
    with pytest.raises(ValueError, match="titles of 'hight'; allowed: of 'height', 'color'"):
        explore(draw, live=is_live, titles={"hight": "High"}, height=[1], color=["C0"])


def test_nothing_is_loaded_and_no_figure_stays_open():
    before = plt.get_fignums()
    explorer = explore(draw, height=[1, 2])
    assert plt.get_fignums() == before
    assert "<script" not in explorer.data
    assert not re.search(r"https?:", explorer.data)


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({}, "0 frames"),
        ({"height": []}, r"0 frames \(height: 0\)"),
        ({"height": range(17)}, r"17 frames \(height: 17\); allowed: 1 to 16"),
        ({"height": range(9), "color": ["C0", "C1"]}, r"18 frames \(height: 9, color: 2\)"),
    ],
)
def test_too_many_or_no_frames(choices, message):
    with pytest.raises(ValueError, match=message):
        explore(draw, **choices)


def test_an_error_of_the_function_is_raised_and_leaves_no_figure_open():
    before = plt.get_fignums()
    with pytest.raises(ValueError, match="valid color"):
        explore(draw, color=["C0", "colour"], height=[1])
    assert plt.get_fignums() == before


def live(**choices):
    pytest.importorskip("ipywidgets", reason="pip install ipywidgets")
    *controls, picture, result, _messages = explore(draw, live=True, **choices).children
    assert "lsdl-result" in result._dom_classes
    return controls, picture, result


@pytest.mark.parametrize(
    ("values", "kind", "bounds"),
    [
        ([5, 1, 9], "IntSlider", (1, 9)),
        (range(100), "IntSlider", (0, 99)),
        (np.array([2, 4]), "IntSlider", (2, 4)),
        ([3], "IntSlider", (3, 3)),
        ([0.5, 1, 2], "FloatSlider", (0.5, 2.0)),
        (np.array([1.0, 3.0]), "FloatSlider", (1.0, 3.0)),
        ([2.5], "FloatSlider", (2.5, 2.5)),
    ],
)
def test_numbers_stand_for_all_between_them(values, kind, bounds):
    [control], picture, result = live(height=values)
    assert type(control).__name__ == kind
    assert (control.min, control.max) == bounds
    assert control.value == values[0]
    assert f"Height: {control.value}" in picture.value
    assert f"height {control.value}" in result.value


@pytest.mark.parametrize("values", [["C0", "red"], [(1, 0, 0), "0.5"], [None]])
def test_anything_else_is_selected(values):
    [_, control], *_ = live(height=[1], color=values)
    assert type(control).__name__ == "Dropdown"
    assert control.options == tuple((str(value), value) for value in values)


def test_true_and_false_are_no_range():
    [control], *_ = live(height=[True, False])
    assert type(control).__name__ == "Dropdown"


def test_a_value_between_the_choices_is_drawn_with_its_result():
    [height, color], picture, result = live(height=[0.5, 4], color=["C0", "C1"])
    first = picture.value
    height.value = 1.25
    second = picture.value
    assert html.unescape(result.value) == 'a bar "C0" of height 1.25'
    color.value = "C1"
    assert html.unescape(result.value) == 'a bar "C1" of height 1.25'
    assert len({first, second, picture.value}) == 3


def test_the_live_one_has_titles_too():
    pytest.importorskip("ipywidgets", reason="pip install ipywidgets")
    box = explore(draw, live=True, titles={"height": "Height of the bar"}, height=[1, 2])
    assert box.children[0].description == "Height of the bar"


def test_live_leaves_no_figure_open_either():
    before = plt.get_fignums()
    [height, _], *_ = live(height=[1, 9], color=["C0"])
    height.value = 3
    assert plt.get_fignums() == before


def test_live_without_ipywidgets_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    explore(draw, height=[1])
    with pytest.raises(ModuleNotFoundError, match="pip install ipywidgets"):
        explore(draw, live=True, height=[1])


def test_live_needs_a_choice_but_takes_any_number_of_them():
    live(height=range(17), color=["C0", "C1"])
    with pytest.raises(ValueError, match=r"0 frames \(height: 0\)"):
        live(height=[])
