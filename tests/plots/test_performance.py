import pytest

from lsdl_helpers.plots import COLORS, MARKERS, roofline, timeline

ROOFS = {
    "peaks": {"float32": 100e9, "bfloat16": 400e9},
    "bandwidths": {"memory": 20e9, "cache": 80e9},
}


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
