"""Noisy measurements pass as the same figure; another, an empty or a broken one does not."""

import base64
import io

import numpy as np
import pytest
import sample
from matplotlib.figure import Figure
from pictures import decoded, difference, differences, pictures_of
from PIL import Image

MODELS = ["A", "B", "C", "D", "E"]
TIMES = np.array([12, 30, 45, 45, 60])
NOISE = np.array([0.7, 1.3, 0.7, 1.3, 0.7])
SIZES = np.logspace(0, 3, 9)
WORK = np.array([7.6, 7.6, 11.3, 11.8, 15.5, 19.6])
FORWARD = np.array([103, 135, 132, 144, 168, 203])
SLOWER = np.array([275, 310, 455, 460, 640, 800])


def drawn(draw, **options):
    """Draw one figure as a notebook would and return it as base64 PNG."""
    figure = Figure(figsize=(6, 3.5))
    draw(figure.subplots())
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=72, bbox_inches="tight", **options)
    return base64.b64encode(stream.getvalue()).decode()


def bars(times):
    return lambda axes: axes.bar(MODELS, times)


def pairs(times):
    def draw(axes):
        axes.bar(np.arange(5) - 0.2, TIMES, 0.4, label="predicted")
        axes.bar(np.arange(5) + 0.2, times, 0.4, label="measured")
        axes.legend()

    return draw


def curve(times):
    return lambda axes: axes.loglog(SIZES, times, marker="o")


def roofline(peak, bandwidth):
    return lambda axes: axes.loglog(SIZES, np.minimum(peak, bandwidth * SIZES), marker="s")


def formula(times, fixed):
    """Points, and the line of a fixed time and work, over grid lines that follow the times."""

    def draw(axes):
        axes.plot(WORK, times, "o")
        axes.axline((0, 0), slope=times[0] / WORK[0], linestyle="--")
        axes.axline((0, fixed), slope=(times[0] - fixed) / WORK[0])
        axes.set(xlim=(0, 21), ylim=(0, 1.3 * times[-1]))
        axes.grid(visible=True)

    return draw


NOISY = {
    "bars, each 30 % off": (bars(TIMES), bars(TIMES * NOISE)),
    "the other way round": (bars(TIMES), bars(TIMES / NOISE)),
    "on a machine ten times faster": (bars(TIMES), bars(TIMES / 10)),
    "predicted and measured": (pairs(TIMES), pairs(TIMES * NOISE)),
    "a curve, 30 % off": (curve(5 + SIZES), curve((5 + SIZES) * np.resize(NOISE, 9))),
    "a roofline of other limits": (roofline(100, 10), roofline(130, 8)),
    "a formula on a slower machine": (formula(FORWARD, 40), formula(SLOWER, 90)),
}
OTHER = {
    "other bars": (bars(TIMES), bars(TIMES[::-1])),
    "a curve for bars": (bars(TIMES), curve(5 + SIZES)),
    "a falling curve": (curve(SIZES), curve(1 / SIZES)),
    "bars side by side": (bars(TIMES), pairs(TIMES)),
    "empty axes": (bars(TIMES), lambda axes: None),
    "empty axes for a curve": (curve(5 + SIZES), lambda axes: None),
    "a blank page": (curve(5 + SIZES), lambda axes: axes.set_axis_off()),
}


@pytest.mark.parametrize(("stored", "fresh"), NOISY.values(), ids=NOISY)
@pytest.mark.parametrize("paper", ["white", "none"])
def test_noise_passes(stored, fresh, paper):
    assert not difference(drawn(stored, facecolor=paper), drawn(fresh, facecolor=paper))


@pytest.mark.parametrize(("stored", "fresh"), OTHER.values(), ids=OTHER)
def test_another_figure_fails(stored, fresh):
    said = difference(drawn(stored), drawn(fresh))
    assert "another figure" in said or "its size" in said


@pytest.mark.parametrize(
    "garbage", ["iVBORw0KGgo=", "AAAA", "A", sample.picture(40, 80)[:-80]], ids=lambda g: g[:12]
)
def test_garbage_fails(garbage):
    assert "cannot be read" in difference(garbage, sample.picture(40, 80))


def test_another_size_fails():
    assert "its size" in difference(sample.picture(40), sample.picture(40, size=(240, 130)))
    assert not difference(sample.picture(40), sample.picture(40, size=(243, 157)))


def test_a_missing_or_added_picture_fails():
    one = sample.picture(40)
    assert differences([one], []) == ["pictures: 1 stored, 0 in a fresh run"]
    assert differences([], [one]) == ["pictures: 0 stored, 1 in a fresh run"]


def test_pictures_in_html_count():
    png = sample.picture(40)
    html = {"data": {"text/html": f'<img src="data:image/png;base64,{png}">'}}
    assert pictures_of([html, {"data": {"image/png": png}}, {"text": "x"}]) == [png, png]


def test_what_is_transparent_shows_white():
    clear = sample.encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 0)))
    assert decoded(clear).getpixel((0, 0)) == (255, 255, 255)
