"""Plots of work against time: rooflines, and timelines of several workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsdl_helpers.plots.style import COLORS, LINE_STYLES, MARKERS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import matplotlib.axes


def roofline(
    points: dict[str, tuple[float, float]],
    *,
    peaks: dict[str, float],
    bandwidths: dict[str, float],
) -> matplotlib.axes.Axes:
    """Draw measured points under the roofs of a machine, on logarithmic axes.

    A roof rises as bandwidth · intensity and ends at the peak.

    Args:
        points: by name, arithmetic intensity in FLOP per byte and rate in FLOP/s.
        peaks: FLOP/s by name; ``limits.roofs()`` gives both kinds of roofs.
        bandwidths: bytes/s by name.

    Raises:
        ValueError: if there is no peak or no bandwidth, or a point that is not above 0.

    >>> from lsdl_helpers.measure import limits
    >>> roofline({"add": (0.08, 3e9)}, **limits(reference=True).roofs()).get_xscale()
    limits: ...
    'log'
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import EngFormatter

    if not peaks or not bandwidths:
        raise ValueError("a roofline needs at least one peak and one bandwidth")
    if bad := [name for name, point in points.items() if min(point) <= 0]:
        raise ValueError(f"{', '.join(bad)}: intensity and rate must be above 0")
    highest, lowest_slope = max(peaks.values()), min(bandwidths.values())
    intensities = [x for x, _ in points.values()]
    left = min([0.1, *(x / 2 for x in intensities)])
    right = max([4 * highest / lowest_slope, *(2 * x for x in intensities)])
    _, axes = plt.subplots(figsize=(WIDTH, 4.4))
    for (name, slope), style in zip(bandwidths.items(), LINE_STYLES, strict=False):
        ridge = highest / slope
        axes.plot([left, ridge], [slope * left, highest], color="#333333", linestyle=style,
                  label=f"{name}, {slope / 1e9:,.0f} GB/s")  # fmt: skip
    for name, peak in peaks.items():
        axes.plot([peak / max(bandwidths.values()), right], [peak, peak], "-", color="#333333")
        axes.annotate(f"{name}, {peak / 1e9:,.0f} GFLOP/s", (right, peak), (0, 3), ha="right",
                      textcoords="offset points")  # fmt: skip
    for k, (name, (intensity, rate)) in enumerate(points.items()):
        axes.plot(intensity, rate, MARKERS[k % len(MARKERS)], color=COLORS[k % len(COLORS)],
                  label=name)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="FLOP per byte", ylabel="FLOP/s")
    axes.yaxis.set_major_formatter(EngFormatter())
    axes.legend(loc="upper center", bbox_to_anchor=(0.45, -0.17), ncols=2, frameon=False)
    return axes


def timeline(
    bars: Sequence[tuple[int, float, float, str, int]], axes: matplotlib.axes.Axes
) -> matplotlib.axes.Axes:
    """Draw what each of several workers did when, a row a worker, the first at the top.

    Args:
        bars: row, start, end, label, and shade: which of the palette's colors, with whole
            numbers from 0.
        axes: to draw on.

    Raises:
        ValueError: if there is no bar.

    >>> from matplotlib import pyplot as plt
    >>> timeline([(0, 0.0, 1.0, "1", 0)], plt.figure().subplots()).get_ylabel()
    'rank'
    """
    if not bars:
        raise ValueError("a timeline needs at least one bar")
    end = max(bar[2] for bar in bars)
    for row, start, stop, label, shade in bars:
        color = COLORS[shade % len(COLORS)]
        axes.barh(row, stop - start, left=start, height=0.9, color=color, edgecolor="white")
        if (stop - start) / end > 0.024 * len(label):  # else it would not fit
            ink = "white" if color == COLORS[0] else "black"
            axes.text((start + stop) / 2, row, label, ha="center", va="center", color=ink)
    rows = sorted({bar[0] for bar in bars})
    axes.set(yticks=rows, ylabel="rank", xlim=(0, end), ylim=(max(rows) + 0.5, min(rows) - 0.5))
    axes.grid(False)
    return axes
