"""The size of a page, as a reader on the site meets it, and the minutes that follow from it.

Words are what stands between blanks and holds a letter or a digit: of the text, of the code, and
of the outputs that are text or tables. Of MyST's syntax the fences, options, roles and targets of
links are left out; a formula counts as it is written. Pictures and scripts have no words.
"""

import html
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

import nbformat

from tools.guesses import last_entries, ledger_calls

MOST_WORDS, MOST_PREDICTIONS, MOST_EXERCISES = 4000, 10, 6
WORDS_A_MINUTE, MINUTES_A_PREDICTION, MINUTES_AN_EXERCISE = 130, 2, 5
ROUNDED_TO = 15  # minutes

NOT_READ = (
    (r"(?s:<!--.*?-->)", " "),
    (r"^%.*$", " "),  # a comment
    (r"^\s*(?:`{3,}|:{3,})\s*(?:\{[\w:-]+\})?", " "),  # a fence; the title after it counts
    (r"^:[\w-]+:.*$", " "),  # an option of a directive
    (r"^\([\w-]+\)=$", " "),  # a target
    (r"\{[\w:-]+\}(?=`)", " "),  # a role
    (r"\]\([^)\s]*\)", "] "),  # where a link leads
    (r" <[^<>`\s]+>(?=`)", " "),  # where a role leads
)
NOT_SHOWN = r"<(script|style)\b.*?</\1>|<[^>]*>"
MINUTES = re.compile(r"(Before you start.*?\b)\d+( minutes)", re.DOTALL)


class PageSize(NamedTuple):
    """What decides how long a page takes."""

    words: int
    predictions: int
    exercises: int

    @property
    def minutes(self) -> int:
        """Words at reading speed, time for each prediction and exercise, rounded up.

        >>> PageSize(words=3_900, predictions=10, exercises=5).minutes
        75
        """
        exact = self.words / WORDS_A_MINUTE + self.predictions * MINUTES_A_PREDICTION
        exact += self.exercises * MINUTES_AN_EXERCISE
        return ROUNDED_TO * math.ceil(exact / ROUNDED_TO)


def page_size(notebook: nbformat.NotebookNode) -> PageSize:
    """Count words, predictions and exercises of a page with its outputs."""
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return PageSize(
        words=sum(num_words(text) for cell in notebook.cells for text in shown(cell)),
        predictions=num_predictions(notebook),
        exercises=sum(text.count("{exercise}") for text in texts),
    )


def shown(cell: nbformat.NotebookNode) -> Iterator[str]:
    """Yield what the site shows of a cell, as text."""
    if cell.cell_type == "markdown":
        yield as_read(cell.source)
        return
    yield cell.source
    yield cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "")
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            yield html.unescape(re.sub(NOT_SHOWN, " ", data["text/html"], flags=re.DOTALL))
        elif not any(kind.startswith("image/") for kind in data):
            yield output.get("text", "") + data.get("text/plain", "")


def as_read(markdown: str) -> str:
    """Return a text without the syntax that the site does not show.

    >>> as_read("See {term}`peak` and [the page](../models/vgg.ipynb).")
    'See  `peak` and [the page] .'
    """
    for pattern, instead in NOT_READ:
        markdown = re.sub(pattern, instead, markdown, flags=re.MULTILINE)
    return markdown


def num_words(text: str) -> int:
    """Count what stands between blanks and holds a letter or a digit.

    >>> num_words("t = 2 * k  # for each layer")
    6
    """
    return sum(any(map(str.isalnum, part)) for part in text.split())


def num_predictions(notebook: nbformat.NotebookNode) -> int:
    """Count the entries that the ledger shows; the calls, on a page whose outputs are older."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    shown = last_entries(notebook.cells)
    return len(shown) or sum(1 for source in code for _ in ledger_calls(source, "predict"))


def stated_minutes(notebook: nbformat.NotebookNode) -> int | None:
    """Return the minutes under "Before you start"; None if there are none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (match := MINUTES.search(cell.source)):
            return int(re.findall(r"\d+", match[0].removesuffix(match[2]))[-1])
    return None


def write_minutes(notebook: nbformat.NotebookNode) -> None:
    """Write the minutes that a page takes under "Before you start", where it has them."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and MINUTES.search(cell.source):
            minutes = page_size(notebook).minutes
            cell.source = MINUTES.sub(rf"\g<1>{minutes}\g<2>", cell.source, count=1)
            return
