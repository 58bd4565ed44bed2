"""Drawings of number formats: their bits, their numbers, and what is rounded to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsdl_helpers.plots.style import COLORS, WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    import matplotlib.axes
    import matplotlib.figure


def bit_fields(formats: dict[str, dict[str, int]]) -> matplotlib.axes.Axes:
    """Draw number formats as rows of bits, a box a bit, the fields by color and with their size.

    Args:
        formats: by name, how many bits each field has, from the left; e.g. {"sign": 1, …}.

    Raises:
        ValueError: without formats, or with more kinds of fields than there are colors.

    >>> bit_fields({"FP8 E5M2": {"sign": 1, "exponent": 5, "fraction": 2}}).get_xlim()
    (np.float64(0.0), np.float64(8.0))
    """
    from matplotlib import pyplot as plt

    kinds = list(dict.fromkeys(field for fields in formats.values() for field in fields))
    if not formats or len(kinds) > len(COLORS):
        given = f"{len(formats)} formats, {len(kinds)} kinds of fields"
        raise ValueError(f"{given}; allowed: at least one, and at most {len(COLORS)} kinds")
    _, axes = plt.subplots(figsize=(WIDTH, 0.7 + 0.36 * len(formats)))
    boxes = {}
    for row, fields in enumerate(formats.values()):
        left = 0
        for field, bits in fields.items():
            starts = [left + k for k in range(bits)]
            color = COLORS[kinds.index(field)]
            boxes[field] = axes.barh([row] * bits, 1, left=starts, align="edge", height=0.75,
                                     edgecolor="white", color=color)  # fmt: skip
            axes.text(left + bits / 2, row + 0.38, bits, ha="center", va="center",
                      color="white", fontweight="bold",
                      bbox={"facecolor": color, "edgecolor": "none", "pad": 1})  # fmt: skip
            left += bits
    axes.legend(boxes.values(), boxes, loc="lower right")
    widest = max(sum(fields.values()) for fields in formats.values())
    axes.set(xlim=(0.0, widest), xlabel="bits", yticks=[row + 0.4 for row in range(len(formats))],
             yticklabels=list(formats), ylim=(len(formats), -0.2))  # fmt: skip
    axes.grid(False)
    return axes


def number_line(numbers: dict[str, float]) -> matplotlib.axes.Axes:
    """Draw numbers on a line, and above each its code.

    Args:
        numbers: by code, as text.

    Raises:
        ValueError: without numbers.

    >>> number_line({"01": 0.5, "10": -1.0}).get_xlabel()
    'value'
    """
    from matplotlib import pyplot as plt

    if not numbers:
        raise ValueError("a number line needs at least one number")
    _, axes = plt.subplots(figsize=(WIDTH, 1.7))
    for code, value in numbers.items():
        axes.plot(value, 0, "|", color=COLORS[0], markersize=22)
        axes.annotate(code, (value, 0), (0, 14), textcoords="offset points", ha="center",
                      va="bottom", rotation=90, family="monospace")  # fmt: skip
    axes.set(yticks=[], ylim=(-0.4, 1.6), xlabel="value")
    axes.grid(False)
    axes.spines["left"].set_visible(False)
    return axes


def rounding_line(
    numbers: Sequence[float], value: float, rounded: float
) -> matplotlib.figure.Figure:
    """Draw the numbers of a format as bars on a line, a value above and its rounding below.

    Args:
        numbers: those of the format; the part from 0 to 6 is shown, or up to the value.
        value: not negative; a triangle.
        rounded: a dot.

    Raises:
        ValueError: for a negative value, which would not be seen.

    >>> rounding_line([0.0, 0.5, 1.0], 0.7, 0.5).axes[0].get_xlabel()
    'value'
    """
    from matplotlib import pyplot as plt

    if value < 0:
        raise ValueError(f"value {value}; allowed: from 0")
    end = max(6, value, rounded)
    figure, axes = plt.subplots(figsize=(WIDTH, 1.8))
    axes.plot(numbers, [0] * len(numbers), "|", color=COLORS[0], markersize=22)
    axes.plot(value, 0.7, "v", color=COLORS[1], markersize=9)
    axes.plot(rounded, -0.7, "o", color=COLORS[2])
    axes.set(xlim=(-end / 60, end * 31 / 30), yticks=[], ylim=(-1, 1), xlabel="value")
    return figure
