"""A small chapter and its solutions that keep every rule: what the tests then break."""

import base64
import io
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from tests.book.page import Page
from tools.notebook_form import METADATA, setup_source

CHAPTER = Path("book/models/sample.ipynb")
SOLUTIONS = Path("book/solutions/models/sample.ipynb")

OPENING = """\
# A sample

What does a product of two matrices cost? We count before we measure.

**You will be able to**

1. count the operations;
2. draw the times.

**Before you start**

- You know what a matrix is.
- It takes 20 minutes.
- Hardware: none beyond a laptop."""
EXERCISE = """\
:::{{exercise}} Number {k}
Count it. [Solution](../solutions/models/sample.ipynb)
:::"""


def picture(*heights: int, size: tuple[int, int] = (240, 160)) -> str:
    """Return a bar chart as base64 PNG, bars of `heights` per cent."""
    image = Image.new("RGB", size, "white")
    draw, (width, height) = ImageDraw.Draw(image), size
    draw.rectangle((0, 0, width - 1, height - 1), outline="black")
    for k, percent in enumerate(heights):
        left, step = width * (k + 0.2) / len(heights), width / len(heights)
        draw.rectangle((left, height * (1 - percent / 100), left + 0.6 * step, height), "#1f77b4")
    return encoded(image)


def blank() -> str:
    """Return an empty page as base64 PNG."""
    return encoded(Image.new("RGB", (240, 160), "white"))


def encoded(image: Image.Image) -> str:
    """Return `image` as base64 PNG, the form in which a notebook stores it."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def figure_output(png: str) -> nbformat.NotebookNode:
    return new_output("display_data", {"image/png": png, "text/plain": "<Figure>"})


def numbered(cells: list[nbformat.NotebookNode]) -> nbformat.NotebookNode:
    """Make a notebook of `cells` as if it had been run: ids, counts, metadata."""
    count = 0
    for k, cell in enumerate(cells):
        cell.id = f"cell-{k}"
        if cell.cell_type == "code":
            cell.execution_count = count = count + 1
    return new_notebook(cells=cells, metadata=nbformat.from_dict(METADATA))


def chapter() -> Page:
    """Return a good chapter with one prediction, one figure and three exercises."""
    figure = {"figure": {"caption": "Times", "name": "fig-times"}, "image": {"alt": "Two bars"}}
    cells = [
        new_markdown_cell(OPENING),
        new_code_cell(setup_source("models/sample")),
        new_markdown_cell("## Count\n\nTwo operations for each of the elements."),
        new_code_cell('ledger.predict("time", 2)'),
        new_markdown_cell("Now the clock."),
        new_code_cell('ledger.measure("time", 3)', metadata={"tags": ["hide-output"]}),
        new_markdown_cell("## Draw\n\nBoth side by side."),
        new_code_cell("draw()", metadata={"mystnb": figure}),
        new_markdown_cell("## What to remember\n\nCount first."),
    ]
    cells[7].outputs = [figure_output(picture(40, 80))]
    for k in (1, 2, 3):
        heading = "## Exercises\n\n" if k == 1 else ""
        cells.append(new_markdown_cell(heading + EXERCISE.format(k=k)))
        cells.append(new_code_cell(f'answer = ...\ncheck("models/sample/{k}", answer)'))
    cells.append(new_markdown_cell("## Sources\n\nA paper."))
    return Page(CHAPTER, numbered(cells))


def solutions() -> Page:
    """Return the solutions of `chapter()`."""
    cells = [
        new_markdown_cell("# Solutions: a sample"),
        new_code_cell(setup_source("models/sample")),
    ]
    for k in (1, 2, 3):
        cells.append(new_markdown_cell(f"## Exercise {k}\n\nTwo for each element."))
        cells.append(new_code_cell(f'answer = 2\ncheck("models/sample/{k}", answer)'))
    return Page(SOLUTIONS, numbered(cells))


def broken(page: Page, change: Callable[[list], object]) -> Page:
    """Return `page` after `change` was done to its list of cells."""
    change(page.notebook.cells)
    return page
