"""Drawing labels and their probabilities under a picture."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

MAX_LABELS = 10
MIN_WIDTH, MAX_WIDTH = 320, 1280  # pixels; other pictures are resized
INK, BAR, PAPER = "#1a1a1a", "#9ecae1", "#ffffff"


def annotate(picture: Image.Image, labels: Sequence[tuple[str, float]]) -> Image.Image:
    """Return a copy of the picture with the labels below it, a bar and a percentage each.

    The text is dark on white, and as large as the width allows. Of more than ten labels the
    first ten are drawn.

    Args:
        picture: of mode "RGB"; widened to 320 pixels or narrowed to 1280 if need be.
        labels: name and probability of each, at least one, the surest first.

    Raises:
        ValueError: if there is no label.

    >>> from lsdl_helpers.data import photograph
    >>> annotate(photograph("chelsea"), [("tabby", 0.9)]).size
    (451, 331)
    """
    if not labels:
        raise ValueError("there is no label to draw")
    picture = _within_width(picture)
    width, top = picture.size
    row = max(24, width // 16)
    shown = labels[:MAX_LABELS]
    page = Image.new("RGB", (width, top + row * len(shown) + row // 8), PAPER)
    page.paste(picture)
    for number, label in enumerate(shown):
        box = (0, top + number * row, width, top + (number + 1) * row)
        _draw_row(ImageDraw.Draw(page), box, label)
    return page


def _within_width(picture: Image.Image) -> Image.Image:
    width = min(max(picture.width, MIN_WIDTH), MAX_WIDTH)
    if width == picture.width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def _draw_row(draw: ImageDraw.ImageDraw, box: tuple[int, ...], label: tuple[str, float]) -> None:
    name, probability = label
    left, top, right, bottom = box
    gap = (bottom - top) // 8
    end = left + round((right - left) * probability)
    if end > left:
        draw.rectangle((left, top + gap, end - 1, bottom - 1), fill=BAR)
    middle = (top + gap + bottom) / 2
    percent = f"{probability:.1%}"
    size = 0.6 * (bottom - top)
    free = right - left - 4 * gap - draw.textlength(percent, font_size=size)
    wide = draw.textlength(name, font_size=size) + 2 * gap
    name_size = size * min(1, free / wide)
    draw.text((left + 2 * gap, middle), name, INK, anchor="lm", font_size=name_size)
    draw.text((right - 2 * gap, middle), percent, INK, anchor="rm", font_size=size)
