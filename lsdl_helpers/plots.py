"""Style and shared plots of the figures: legible in light and dark, and to color-blind readers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import matplotlib.axes
    import matplotlib.figure
    import PIL.Image

# Okabe and Ito's palette, without yellow and black; each color comes with a line style.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def use_style() -> None:
    """Set matplotlib's defaults for the figures of the course."""
    from cycler import cycler
    from matplotlib import rcParams

    rcParams.update({
        "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINE_STYLES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#dddddd",
        "figure.figsize": (6.4, 3.6),
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "font.size": 11,
    })  # fmt: skip


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

    if not peaks or not bandwidths:
        raise ValueError("a roofline needs at least one peak and one bandwidth")
    if bad := [name for name, point in points.items() if min(point) <= 0]:
        raise ValueError(f"{', '.join(bad)}: intensity and rate must be above 0")
    highest, lowest_slope = max(peaks.values()), min(bandwidths.values())
    intensities = [x for x, _ in points.values()]
    left = min([0.1, *(x / 2 for x in intensities)])
    right = max([4 * highest / lowest_slope, *(2 * x for x in intensities)])
    _, axes = plt.subplots()
    for (name, slope), style in zip(bandwidths.items(), LINE_STYLES, strict=False):
        ridge = highest / slope
        axes.plot([left, ridge], [slope * left, highest], color="#333333", linestyle=style,
                  label=f"{name}, {slope / 1e9:,.0f} GB/s")  # fmt: skip
    for name, peak in peaks.items():
        axes.plot([peak / max(bandwidths.values()), right], [peak, peak], "-", color="#333333")
        axes.annotate(f"{name}, {peak / 1e9:,.0f} GFLOP/s", (right, peak), (0, 3), ha="right",
                      textcoords="offset points", fontsize=9)  # fmt: skip
    for k, (name, (intensity, rate)) in enumerate(points.items()):
        axes.plot(intensity, rate, MARKERS[k % len(MARKERS)], color=COLORS[k % len(COLORS)],
                  label=name)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="FLOP per byte", ylabel="FLOP/s")
    axes.legend(fontsize=9)
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
        if (stop - start) / end > 0.012 * len(label):  # else it would not fit
            ink = "white" if color == COLORS[0] else "black"
            axes.text((start + stop) / 2, row, label, ha="center", va="center", fontsize=8,
                      color=ink)  # fmt: skip
    rows = sorted({bar[0] for bar in bars})
    axes.set(yticks=rows, ylabel="rank", xlim=(0, end), ylim=(max(rows) + 0.5, min(rows) - 0.5))
    axes.grid(False)
    return axes


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
    _, axes = plt.subplots(figsize=(6.4, 0.7 + 0.36 * len(formats)))
    boxes = {}
    for row, fields in enumerate(formats.values()):
        left = 0
        for field, bits in fields.items():
            starts = [left + k for k in range(bits)]
            color = COLORS[kinds.index(field)]
            boxes[field] = axes.barh([row] * bits, 1, left=starts, align="edge", height=0.75,
                                     edgecolor="white", color=color)  # fmt: skip
            axes.text(left + bits / 2, row + 0.38, bits, ha="center", va="center", fontsize=9,
                      color="white", fontweight="bold",
                      bbox={"facecolor": color, "edgecolor": "none", "pad": 1})  # fmt: skip
            left += bits
    axes.legend(boxes.values(), boxes, fontsize=9, loc="lower right")
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
    _, axes = plt.subplots(figsize=(6.4, 1.7))
    for code, value in numbers.items():
        axes.plot(value, 0, "|", color=COLORS[0], markersize=22)
        axes.annotate(code, (value, 0), (0, 14), textcoords="offset points", ha="center",
                      va="bottom", rotation=90, fontsize=9, family="monospace")  # fmt: skip
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

    >>> rounding_line([0.0, 0.5, 1.0], 0.7, 0.5).axes[0].get_title()
    '0.7 becomes 0.5'
    """
    from matplotlib import pyplot as plt

    if value < 0:
        raise ValueError(f"value {value}; allowed: from 0")
    end = max(6, value, rounded)
    figure, axes = plt.subplots(figsize=(6.4, 1.8))
    axes.plot(numbers, [0] * len(numbers), "|", color=COLORS[0], markersize=22)
    axes.plot(value, 0.7, "v", color=COLORS[1], markersize=9)
    axes.plot(rounded, -0.7, "o", color=COLORS[2])
    axes.set(xlim=(-end / 60, end * 31 / 30), yticks=[], ylim=(-1, 1), xlabel="value",
             title=f"{value:g} becomes {rounded:g}")  # fmt: skip
    return figure


class Photographic:
    """A figure that a notebook stores as JPEG, about a fifth of a PNG where photographs are shown.

    The figure is closed, so that it is not shown twice.

    Args:
        figure: of matplotlib.
        shows: what it is, in words, for who cannot see it.
        quality: of the JPEG, 1 to 95.

    >>> from matplotlib import pyplot as plt
    >>> Photographic(plt.figure(), "nothing")
    nothing
    """

    def __init__(self, figure: matplotlib.figure.Figure, shows: str, *, quality: int = 70) -> None:
        from matplotlib import pyplot as plt

        file = io.BytesIO()
        options = {"quality": quality, "optimize": True}
        figure.savefig(file, format="jpeg", dpi=100, pil_kwargs=options)
        plt.close(figure)
        self._jpeg, self._shows = file.getvalue(), shows

    def _repr_jpeg_(self) -> bytes:
        return self._jpeg

    def __repr__(self) -> str:
        return self._shows


def contact_sheet(
    pictures: Iterable[PIL.Image.Image], captions: Iterable[str], *, columns: int = 4
) -> Photographic:
    """Draw pictures in rows, from the left, each with its caption under it.

    Four columns can be read on a phone. A line wider than its picture is cut with a "…".

    Args:
        pictures: at least one.
        captions: as many, each of one line or more.
        columns: pictures in a row.

    Raises:
        ValueError: if there is no picture, or not a caption for each.

    >>> from lsdl_helpers.data import photograph
    >>> contact_sheet([photograph("chelsea")], ["a cat"])
    contact sheet of 1 picture
    """
    from matplotlib import pyplot as plt

    pictures, captions = list(pictures), list(captions)
    if len(pictures) != len(captions) or not pictures:
        given = f"{len(pictures)} pictures and {len(captions)} captions"
        raise ValueError(f"{given}; allowed: as many of both, at least one")
    side = 1.2  # inches
    lines = 0.05 + 0.16 * (1 + max(caption.count("\n") for caption in captions))  # inches of text
    rows = -(-len(pictures) // columns)
    figure = plt.figure(figsize=(columns * side, rows * (side + lines)), layout="none")
    width, height = 1 / columns, 1 / rows
    for k, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, bottom = k % columns * width, 1 - (k // columns + 1) * height
        text = height * lines / (side + lines)
        axes = figure.add_axes((left + 0.02 * width, bottom + text, 0.96 * width, height - text))
        axes.imshow(picture)
        axes.set_axis_off()
        fits = "\n".join(_cut(line, side, figure) for line in caption.split("\n"))
        figure.text(left + width / 2, bottom + text, fits, ha="center", va="top", fontsize=9)
    plural = "s" if len(pictures) > 1 else ""
    return Photographic(figure, f"contact sheet of {len(pictures)} picture{plural}")


def _cut(line: str, width: float, figure: matplotlib.figure.Figure) -> str:
    """Return as much of a line of size 9 as fits into some inches."""
    for kept in (line, *(f"{line[:k]}…" for k in range(len(line) - 1, 0, -1))):
        text = figure.text(0, 0, kept, fontsize=9)
        needs = text.get_window_extent().width / figure.dpi
        text.remove()
        if needs <= width:
            return kept
    return "…"
