"""A notebook as the rules see it, and the running of rules over it."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.guesses import tree
from tools.notebook_form import ROOT, chapter_of, is_setup, is_solutions


class Page(NamedTuple):
    """A notebook and its path from the repository; cells are counted from 1."""

    path: Path
    notebook: nbformat.NotebookNode

    @property
    def chapter(self) -> str:
        return chapter_of(self.path)

    @property
    def is_solutions(self) -> bool:
        return is_solutions(self.path)

    @property
    def cells(self) -> list[tuple[int, nbformat.NotebookNode]]:
        return list(enumerate(self.notebook.cells, start=1))

    @property
    def code(self) -> list[tuple[int, nbformat.NotebookNode]]:
        return [(number, cell) for number, cell in self.cells if cell.cell_type == "code"]

    @property
    def code_after_setup(self) -> list[tuple[int, nbformat.NotebookNode]]:
        return [(number, cell) for number, cell in self.code if not is_setup(cell.source)]


Rule = Callable[[Page], Iterable[str]]


def read(path: Path) -> Page:
    """Read a notebook as it is stored: nothing validated, repaired or added."""
    notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    return Page(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path, notebook)


def book_notebooks() -> list[Path]:
    """Return every notebook under book/, those that no table of contents names included."""
    notebooks = sorted((ROOT / "book").rglob("*.ipynb"))
    return [path for path in notebooks if ".ipynb_checkpoints" not in path.parts]


def findings(page: Page, rules: Iterable[Rule]) -> list[str]:
    """Return what `rules` find wrong, each line with the file in front."""
    return [f"{page.path}, {finding}" for rule in rules for finding in rule(page)]


def without_fences(markdown: str) -> str:
    """Return `markdown` without fenced code, where `##` is a comment and not a heading."""
    return re.sub(r"^(`{3,})[^\n]*\n.*?^\1`*\s*$", "", markdown, flags=re.MULTILINE | re.DOTALL)


def headings(page: Page) -> list[tuple[int, str]]:
    """Return cell number and text of each `##` heading."""
    return [
        (number, heading.strip())
        for number, cell in page.cells
        if cell.cell_type == "markdown"
        for heading in re.findall(r"^## (.*)$", without_fences(cell.source), re.MULTILINE)
    ]


def calls(source: str) -> Iterator[ast.Call]:
    """Yield the calls in a code cell."""
    return (node for node in ast.walk(tree(source)) if isinstance(node, ast.Call))


def checked_ids(source: str) -> list[str]:
    """Return the ids of the exercises that a code cell hands to `check`."""
    return [
        call.args[0].value
        for call in calls(source)
        if ast.unparse(call.func).split(".")[-1] == "check"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]
