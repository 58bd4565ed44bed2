import html
import json
import re

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
    found = data(explore(draw, height=[1, 2], color=["C0", "C1", "C2"]))
    assert found["labels"] == [["1", "2"], ["C0", "C1", "C2"]]
    assert [frame["alt"] for frame in found["frames"]] == [
        f'a bar "{color}" of height {height}' for height in (1, 2) for color in ("C0", "C1", "C2")
    ]
    assert len({frame["src"] for frame in found["frames"]}) > 1


def test_the_first_frame_stands_there_without_a_script():
    explorer = explore(draw, height=[1, 2])
    first = data(explorer)["frames"][0]
    picture = re.search(r"<img[^>]*>", explorer.data)[0]
    assert f'src="{first["src"]}"' in picture
    assert f'alt="{html.escape(first["alt"])}"' in picture
    assert f'width="{first["width"]}" height="{first["height"]}"' in picture


def test_sliders_are_named_and_say_their_value():
    explorer = explore(draw, height=[5, 6])
    assert explorer.data.count('type="range"') == 1
    assert ">height</span>" in explorer.data
    assert 'aria-valuetext="5"' in explorer.data


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
