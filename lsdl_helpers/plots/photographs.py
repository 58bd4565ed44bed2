"""Figures of photographs: contact sheets, stored as JPEG."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from lsdl_helpers.plots.style import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import matplotlib.figure
    import PIL.Image

LINE = 0.18  # inches


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

    def __init__(self, figure: matplotlib.figure.Figure, shows: str, *, quality: int = 55) -> None:
        from matplotlib import pyplot as plt

        file = io.BytesIO()
        options = {"quality": quality, "optimize": True}
        figure.savefig(file, format="jpeg", dpi=110, pil_kwargs=options)
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

    Four columns can be read on a phone. A line wider than its picture is broken, a word cut.

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
    from matplotlib.transforms import Affine2D, Bbox

    pictures, captions = list(pictures), list(captions)
    if len(pictures) != len(captions) or not pictures:
        given = f"{len(pictures)} pictures and {len(captions)} captions"
        raise ValueError(f"{given}; allowed: as many of both, at least one")
    side, inset = WIDTH / columns, 0.02 * WIDTH / columns
    figure = plt.figure(figsize=(WIDTH, 1), layout="none")
    texts = [_fit(caption, side - 2 * inset, figure) for caption in captions]
    rows = [range(k, min(k + columns, len(texts))) for k in range(0, len(texts), columns)]
    heights = [side + LINE * (1 + max(texts[k].count("\n") for k in row)) for row in rows]
    figure.set_figheight(top := sum(heights))
    inches = Affine2D().scale(1 / WIDTH, 1 / top)
    for row, height in zip(rows, heights, strict=True):
        for k in row:
            left, bottom = k % columns * side + inset, top - side
            box = Bbox.from_bounds(left, bottom, side - 2 * inset, side - inset)
            axes = figure.add_axes(box.transformed(inches), anchor="S")
            axes.imshow(pictures[k])
            axes.set_axis_off()
            place = inches.transform((left + side / 2 - inset, bottom - 0.02))
            figure.text(*place, texts[k], ha="center", va="top")
        top -= height
    plural = "s" if len(pictures) > 1 else ""
    return Photographic(figure, f"contact sheet of {len(pictures)} picture{plural}")


def _fit(caption: str, width: float, figure: matplotlib.figure.Figure) -> str:
    """Break the lines of a caption at blanks and underscores where they are wider; cut words."""

    def fits(line: str) -> bool:
        text = figure.text(0, 0, line.rstrip())
        needs = text.get_window_extent().width / figure.dpi
        text.remove()
        return needs <= width

    lines = []
    for line in caption.split("\n"):
        lines.append("")
        for word in re.findall(r".[^ _]*[ _]?", line):
            if lines[-1] and not fits(lines[-1] + word):
                lines.append("")
            lines[-1] += word
    return "\n".join(line if fits(line) else _cut(line, fits) for line in lines)


def _cut(line: str, fits: Callable[[str], bool]) -> str:
    """Return as much of a line as fits."""
    return next((cut for k in range(len(line), 0, -1) if fits(cut := f"{line[:k]}…")), "…")
