"""Figures: one a cell, legible on a phone, with a caption, a name and an alternative text."""

import ast
import re
from collections.abc import Iterator

import nbformat

from tests.book.page import Page
from tests.book.pictures import UNREADABLE, decoded, pictures_of
from tools.guesses import tree

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
WIDEST, SMALLEST = 4.8, 10  # inches, points: 9.8 px where a phone shows 340
SIZES = re.compile(r"(?:fontsize|labelsize|titlesize)$|^font[.]size$")
TOO_SMALL = {"xx-small", "x-small", "small", "smaller"}


def num_figures(cell: nbformat.NotebookNode) -> int:
    """Count the pictures that a code cell has put out."""
    return sum(mime in output.get("data", ()) for output in cell.outputs for mime in PICTURES)


def explores(cell: nbformat.NotebookNode) -> bool:
    """Tell whether a code cell has put out an explorer, whose frames have texts of their own."""
    return any("data-explorer=" in o.get("data", {}).get("text/html", "") for o in cell.outputs)


def has_captions(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        options = cell.metadata.get("mystnb", {})
        kind = "an explorer" if explores(cell) else "a figure"
        needed = [("figure", "caption"), ("figure", "name"), ("image", "alt")]
        needed = needed[: 3 if num_figures(cell) else 2 if explores(cell) else 0]
        for group, key in needed:
            if not str(options.get(group, {}).get(key, "")).strip():
                yield (
                    f"cell {number}: {kind} without {key}; allowed: metadata "
                    "`mystnb: {figure: {caption: …, name: …}, image: {alt: …}}`"
                )


def is_legible_on_a_phone(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        yield from (f"cell {number}: {what}" for what in illegible(tree(cell.source)))


def illegible(code: ast.AST) -> Iterator[str]:
    """Yield which figures of some code are too wide, and which letters too small, for a phone."""
    for name, value in settings(code):
        if name in ("figsize", "figure.figsize") and isinstance(value, ast.Tuple):
            width = getattr(value.elts[0], "value", 0)
            if isinstance(width, int | float) and width > WIDEST:
                yield f"a figure {width} inches wide; allowed: {WIDEST}, with stacked panels"
        size = getattr(value, "value", SMALLEST)
        if SIZES.search(name) and (
            size in TOO_SMALL or (isinstance(size, int | float) and size < SMALLEST)
        ):
            yield f"letters of {size} points; allowed: from {SMALLEST}"


def settings(code: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield names and values of what calls and dictionaries set."""
    for node in ast.walk(code):
        if isinstance(node, ast.Call):
            yield from ((key.arg, key.value) for key in node.keywords if key.arg)
        elif isinstance(node, ast.Dict):
            keys = (str(getattr(key, "value", "")) for key in node.keys)
            yield from zip(keys, node.values, strict=True)


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
    is_legible_on_a_phone,
    has_one_figure_a_cell,
    has_unique_figure_names,
    has_alt_texts_in_html,
    has_readable_pictures,
)
