"""Windows of photographs with and without a smiling face."""

import itertools

import pytest
import torch

from lsdl_helpers.data import gray_photograph, hide_smileys, list_photographs, slide, smiley_windows
from lsdl_helpers.data.windows import SPLITS


def draw(n=200, seed=0, positive=False, **more):
    return smiley_windows(n, seed, positive=positive, **more)


@pytest.mark.parametrize("positive", [True, False])
def test_shapes_types_and_range(positive):
    windows = draw(positive=positive)
    assert windows.shape == (200, 1, 20, 20)
    assert windows.dtype == torch.float32
    assert 0 <= windows.min() < windows.max() <= 1


def test_a_seed_repeats_and_another_differs():
    one, same, other = (draw(seed=seed) for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_no_photograph_is_in_two_splits_and_none_is_left_out():
    names = list(itertools.chain(*SPLITS.values()))
    assert sorted(names) == list_photographs()


def test_a_plain_window_is_a_part_of_its_photograph():
    every, corners = slide(gray_photograph("text"))
    corner_of = {w.numpy().tobytes(): c for w, c in zip(every, corners.tolist(), strict=True)}
    matches = [corner_of[key] for w in draw(300, photographs=["text"])
               if (key := w.numpy().tobytes()) in corner_of]  # fmt: skip
    assert 0.25 < len(matches) / 300 < 0.42, "a third show the largest of three sizes"
    rows, columns = zip(*matches, strict=True)
    assert max(rows) > 120
    assert max(columns) > 350


def test_two_in_a_hundred_of_the_others_show_another_character(monkeypatch):
    windows = draw(5000)
    monkeypatch.setattr("lsdl_helpers.data.windows._DISTRACTOR_SHARE", 0)
    differs = (windows != draw(5000)).flatten(1).any(1)
    assert 0.015 < differs.float().mean() < 0.025


def test_a_positive_window_differs_from_the_photograph_everywhere_a_face_is():
    changed = (draw(500, positive=True) != draw(500)).flatten(1).float()
    assert changed.sum(1).min() > 40


def test_a_smiley_is_seen_against_any_background():
    windows = draw(2000, positive=True, photographs=["hubble_deep_field"])
    spread = windows.flatten(1).std(1)
    assert spread.min() > 0.05, "none is drawn in the color of the sky"


def test_smileys_are_hidden_where_asked_and_nowhere_else():
    image = gray_photograph("coffee")
    hidden = hide_smileys(image, torch.tensor([[10, 30], [100, 60]]), seed=0)
    changed = (hidden != image).nonzero()
    inside = [((changed >= torch.tensor(c)) & (changed < torch.tensor(c) + 20)).all(1)
              for c in ([10, 30], [100, 60])]  # fmt: skip
    assert all(part.sum() > 50 for part in inside)
    assert (inside[0] | inside[1]).all()


def test_slide_returns_every_window_and_its_place():
    image = torch.arange(24.0 * 30).view(24, 30)
    windows, corners = slide(image, stride=2)
    assert windows.shape == (18, 1, 20, 20)
    for window, (row, column) in zip(windows, corners.tolist(), strict=True):
        assert torch.equal(window[0], image[row : row + 20, column : column + 20])


@pytest.mark.parametrize("bad", [{"n": 0}, {"photographs": []}, {"photographs": ["lena"]}])
def test_mistakes_are_named(bad):
    with pytest.raises(ValueError, match=r"must be at least 1|no photograph is named 'lena'"):
        draw(**bad)
