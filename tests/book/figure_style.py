"""Figures: one a cell, each with a caption, a name to refer to and an alternative text."""

import re
from collections.abc import Iterator

import nbformat

from tests.book.page import Page
from tests.book.pictures import UNREADABLE, decoded, pictures_of

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")


def num_figures(cell: nbformat.NotebookNode) -> int:
    """Count the pictures that a code cell has put out."""
    return sum(mime in output.get("data", ()) for output in cell.outputs for mime in PICTURES)


def has_captions(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        options = cell.metadata.get("mystnb", {})
        for group, key in (("figure", "caption"), ("figure", "name"), ("image", "alt")):
            if num_figures(cell) and not str(options.get(group, {}).get(key, "")).strip():
                yield (
                    f"cell {number}: a figure without {key}; allowed: metadata "
                    "`mystnb: {figure: {caption: …, name: …}, image: {alt: …}}`"
                )


def has_one_figure_a_cell(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        if num_figures(cell) > 1:
            yield f"cell {number}: {num_figures(cell)} figures; allowed: one"


def has_unique_figure_names(page: Page) -> Iterator[str]:
    seen = set()
    for number, cell in page.code:
        name = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        if name in seen:
            yield f"cell {number}: a second figure named {name!r}; allowed: a name of its own"
        seen.update({name} - {None})


def has_alt_texts_in_html(page: Page) -> Iterator[str]:
    """The frames of an explorer are pictures, too."""
    for number, cell in page.code:
        shown = "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)
        for image in re.findall(r"<img\b[^>]*>", shown):
            if not re.search(r"\balt=(?:\"[^\"]+\"|'[^']+')", image):
                yield f'cell {number}: {image[:40]!r} without alt; allowed: alt="…" that tells'


def has_readable_pictures(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        for picture in pictures_of(cell.outputs):
            try:
                blank = all(low == high for low, high in decoded(picture).getextrema())
            except UNREADABLE as error:
                yield f"cell {number}: a picture that cannot be read ({error}); allowed: PNG, WebP"
                continue
            if blank:
                yield f"cell {number}: a picture of one color; allowed: one that shows something"


RULES = (
    has_captions,
    has_one_figure_a_cell,
    has_unique_figure_names,
    has_alt_texts_in_html,
    has_readable_pictures,
)
