"""Plots of sizes: over the years beside levels to compare with, and what they do to a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsdl_helpers.plots.style import COLORS, LINE_STYLES, WIDTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import matplotlib.axes

_SIZE = (4.6, 6.4)  # inches
_YEARS = (1955, 2066)  # with room for the levels' names at the left, and the points' at the right
_NAMES_FROM, _SECOND_COLUMN, _NAMES_TO = 1956, 1965, 2029


def growth(
    points: Mapping[str, tuple[float, float]], levels: Mapping[str, float]
) -> matplotlib.axes.Axes:
    """Draw sizes by year, from about 1980 on, on a logarithmic axis, and levels as dotted lines.

    Args:
        points: by name, year and size.
        levels: by name, size.

    Raises:
        ValueError: if there are fewer than two points, or a size is not above 0.

    >>> growth({"LeNet-5": (1998, 60e3), "GPT-3": (2020, 175e9)}, {"leech": 1e4}).get_yscale()
    'log'
    """
    from matplotlib import pyplot as plt
    from matplotlib.ticker import EngFormatter

    if len(points) < 2:
        raise ValueError(f"{len(points)} points; growth needs at least two")
    sizes = {name: size for name, (_, size) in points.items()} | dict(levels)
    if bad := [name for name, size in sizes.items() if size <= 0]:
        raise ValueError(f"{', '.join(bad)}: sizes must be above 0")
    _, axes = plt.subplots(figsize=_SIZE)
    for k, (name, size) in enumerate(levels.items()):
        axes.axhline(size, color="#777777", linewidth=1, linestyle=":")
        axes.text((_NAMES_FROM, _SECOND_COLUMN)[k % 2], size, name, va="bottom")
    axes.set(yscale="log", xlim=_YEARS, xticks=[1990, 2020], xlabel="year")
    _name_points(axes, points)
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    return axes


def _name_points(axes: matplotlib.axes.Axes, points: Mapping[str, tuple[float, float]]) -> None:
    """Draw the points, and their names in a column at the right, evenly apart, in order of size."""
    ordered = sorted(points.items(), key=lambda item: item[1][1])
    axes.plot(*zip(*points.values(), strict=True), "o", color=COLORS[0], markeredgecolor="white")
    lowest, highest = ordered[0][1][1] / 3, ordered[-1][1][1] * 30
    pointer = {"arrowstyle": "-", "color": COLORS[0], "linewidth": 0.5, "relpos": (0, 0.5)}
    for k, (name, point) in enumerate(ordered):
        height = lowest * (highest / lowest) ** (k / (len(ordered) - 1))
        axes.annotate(name, point, (_NAMES_TO, height), va="center", arrowprops=pointer)


def loss_by_size(
    sizes: Sequence[float],
    losses: Sequence[float],
    errors: Sequence[float],
    laws: Mapping[str, Any],
) -> matplotlib.axes.Axes:
    """Draw losses against sizes on logarithmic axes, and laws as curves.

    Args:
        sizes: parameters, (n,), the smallest first.
        losses: the loss at each size, (n,), in nats.
        errors: the standard error of each loss, (n,).
        laws: by name, what has a ``predict`` from sizes to losses.

    Raises:
        ValueError: if the three are not alike in length.

    >>> loss_by_size([100, 200], [2.0, 1.5], [0.1, 0.1], {}).get_xscale()
    'log'
    """
    import numpy as np
    from matplotlib import pyplot as plt

    if not len(sizes) == len(losses) == len(errors):
        raise ValueError(f"{len(sizes)} sizes, {len(losses)} losses and {len(errors)} errors")
    _, axes = plt.subplots(figsize=(WIDTH, 4))
    axes.errorbar(sizes, losses, errors, fmt="o", capsize=3, color=COLORS[0], label="measured")
    curve = np.geomspace(sizes[0], sizes[-1])
    for k, (name, law) in enumerate(laws.items(), start=1):
        axes.plot(curve, law.predict(curve), LINE_STYLES[k], color=COLORS[k], label=name)
    axes.set(xscale="log", yscale="log", xlabel="parameters", ylabel="loss (nats)")
    axes.set_ylim(min(losses) / 3, max(losses) * 1.5)
    axes.set_yticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    axes.legend()
    return axes
