"""A new chapter and its solutions, as `make chapter` writes them: what the tests then break."""

import base64
import dataclasses
import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import nbformat
from nbformat.v4 import new_output
from PIL import Image, ImageDraw

from lsdl_helpers.ledger import Entry
from tests.book.page import Page
from tools.chapter import LAB, chapter_page, solutions_page
from tools.notebook_form import make_canonical, write_exercises

CHAPTER = Path("book/models/sample.ipynb")
SOLUTIONS = Path("book/solutions/models/sample.ipynb")
LAB_OF_SAMPLE = ModuleType("lsdl_helpers.labs.models.sample")
exec(LAB.format(chapter="models/sample"), vars(LAB_OF_SAMPLE))
sys.modules[LAB_OF_SAMPLE.__name__] = LAB_OF_SAMPLE  # as if its file lay in the package


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


def entry_output(entry: Entry) -> nbformat.NotebookNode:
    """Return the output by which an entry of the ledger shows itself."""
    data, metadata = entry._repr_mimebundle_()
    return new_output("display_data", data, metadata=metadata)


def ran(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Make a notebook as if it had been run: ids, counts, metadata."""
    count = 0
    for k, cell in enumerate(notebook.cells):
        cell.id = f"cell-{k}"
        if cell.cell_type == "code":
            cell.execution_count = count = count + 1
    make_canonical(notebook)
    return notebook


def chapter() -> Page:
    """Return a good chapter with one prediction, one figure and three exercises."""
    notebook = chapter_page("models/sample")
    notebook.cells[12].outputs = [figure_output(picture(40, 80))]
    entry = Entry("products", 24, why="m · k · n")
    notebook.cells[7].outputs = [entry_output(entry)]
    notebook.cells[9].outputs = [entry_output(dataclasses.replace(entry, measured=24))]
    return with_exercises(CHAPTER, notebook)


def solutions() -> Page:
    """Return the solutions of `chapter()`."""
    return with_exercises(SOLUTIONS, solutions_page("models/sample"))


def with_exercises(path: Path, notebook: nbformat.NotebookNode) -> Page:
    write_exercises(notebook, path, LAB_OF_SAMPLE.EXERCISES)
    return Page(path, ran(notebook))


def broken(page: Page, change: Callable[[list], object]) -> Page:
    """Return `page` after `change` was done to its list of cells."""
    change(page.notebook.cells)
    return page
