"""A small book to guess in: two chapters with every kind of fold, and the ledger page."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import BrowserContext, Locator, Page

from lsdl_helpers.ledger.entry import Entry, as_metadata
from tools.notebook_form import METADATA, ROOT, setup_source

ONE, TWO, LEDGER = "book/part/one.html", "book/part/two.html", "book/your_ledger.html"
KEY = "lsdl-guesses:part/one"
MACHINE = "Python 3.11 · torch 2 · a processor, 2 cores"
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/part/one
  - file: book/part/two
  - file: book/your_ledger
"""


class Reader(NamedTuple):
    """One who reads the book, and what went wrong."""

    context: BrowserContext
    page: Page
    address: str
    errors: list[str]

    def open(self, name: str) -> Page:
        self.page.goto(self.address + name)
        return self.page

    def box(self, k: int) -> Locator:
        return self.page.locator("form.guess").nth(k)

    def kept(self) -> dict:
        return json.loads(self.page.evaluate(f"localStorage.getItem('{KEY}')"))


def text(source: str, *tags: str) -> dict:
    return {"cell_type": "markdown", "source": source, "tags": tags}


def code(source: str, *tags: str, shows: tuple[Entry, ...] = (), prints: str = "") -> dict:
    """A code cell that ran: each entry an output of its own, as in a notebook."""
    outputs = [
        {
            "output_type": "display_data",
            "data": {"text/plain": repr(entry)},
            "metadata": as_metadata([entry]),
        }
        for entry in shows
    ]
    if prints:
        outputs.append({"output_type": "stream", "name": "stdout", "text": prints})
    return {"cell_type": "code", "source": source, "tags": tags, "outputs": outputs}


def predict(*predicted: Entry, guess: str = "guess") -> dict:
    calls = [f'ledger.predict("{e.name}", {e.predicted!r}, guess={guess})' for e in predicted]
    return code("\n".join(calls), shows=predicted)


def measure(entry: Entry, measured: float | str) -> dict:
    entry = Entry(**vars(entry) | {"measured": measured})
    source = f'ledger.measure("{entry.name}", measured)'
    return code(source, "hide-output", shows=(entry,))


SIZE = Entry("size <E / A>", 1.08, unit="ratio", why="summed")
COUNT = Entry("count", 2_000_000, why="counted")
TIME = Entry("time", 4.0, unit="ms", kind="bound")
SIDE = Entry("which is faster", "left", choices=("left", "right"))
OLD = Entry("old", 3.0, unit="ms")
NEVER = Entry("never asked", 7.0, unit="s")
BEYOND = Entry("beyond", 5.0, unit="s")
GUESS = "guess = None    # yours"

CELLS_ONE = [
    text("# One\n\nOpening."),
    code(setup_source("part/one"), prints=f"{MACHINE}\n"),
    text("## A number\n\nHow much larger?"),
    code(GUESS),
    text("DERIVATION 1"),
    predict(SIZE),
    text("Now measure."),
    measure(SIZE, 1.08),
    text("EXPLANATION 1", "explain"),
    code("print(3)", "explain", prints="EXPLAINED OUTPUT"),
    text("AFTER 1"),
    text("## Two numbers\n\nHow many, and how long?"),
    code("guess_count = None    # yours\nguess_time = None    # yours"),
    text("DERIVATION 2"),
    predict(COUNT, TIME, guess="guess_count"),
    measure(COUNT, 1_900_000),
    text("Between two measurements.", "explain"),
    measure(TIME, 3.0),
    text("## A choice\n\nWhich?"),
    code(GUESS),
    text("DERIVATION 3"),
    predict(SIDE),
    measure(SIDE, "right"),
    text("EXPLANATION 3", "explain"),
    text("## As pages were before\n\nHow long?"),
    code('guess = 2.0    # yours\nledger.predict("old", 3.0, guess=guess)', shows=(OLD,)),
    text("DERIVATION 4"),
    measure(OLD, 3.5),
    text("## Beyond a heading\n\nHow far?"),
    code(GUESS),
    text("DERIVATION 5"),
    predict(BEYOND),
    text("### Next\n\nOPEN 5"),
    measure(BEYOND, 5.5),
    text("## Nothing guessed\n\nOPEN DERIVATION"),
    predict(NEVER, guess="None").copy() | {"source": 'ledger.predict("never asked", 7.0)'},
    measure(NEVER, 6.0),
    text("## Nothing measured"),
    code("print(1)", "hide-output", prints="PRINTED"),
    text("## No entry of the ledger\n\nThink."),
    code(GUESS),
    text("DERIVATION 6"),
    code(
        "print(2)    # longer than a phone is wide, so that it scrolls",
        "hide-output",
        prints="SHOWN 6",
    ),
]
CELLS_TWO = [
    text("# Two\n\nOpening."),
    code(setup_source("part/two"), prints=f"{MACHINE}\n"),
    text("## A number\n\nHow long?"),
    code(GUESS),
    text("DERIVATION 7"),
    predict(OLD),
    code('ledger.measure("old", 30.0)\nprint(4)', "hide-output", prints="TIMED"),
    text("## What the ledger holds"),
    code("ledger.table()", shows=(Entry(**vars(OLD) | {"measured": 30.0}),)),
]


def notebook(cells: list[dict]) -> dict:
    """Return cells as a notebook has them."""
    full = []
    for k, cell in enumerate(cells):
        cell = {"id": f"cell-{k}", "metadata": {"tags": list(cell["tags"])}} | cell
        del cell["tags"]
        full.append(cell | ({"execution_count": k} if cell["cell_type"] == "code" else {}))
    return {"cells": full, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def build(folder: Path) -> Path:
    """Build the book with the real configuration; return the folder of its pages.

    Raises:
        RuntimeError: if that fails, or warns.
    """
    for file in ("_config.yml", "book/references.bib", "book/your_ledger.md"):
        (folder / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    for part in ("book/_ext", "book/_assets", "tools", "lsdl_helpers/ledger"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "lsdl_helpers" / "__init__.py").write_text('"""The package."""\n')
    (folder / "_toc.yml").write_text(TOC)
    (folder / "book" / "index.md").write_text("# Front page\n\nText.")
    for name, cells in (("one", CELLS_ONE), ("two", CELLS_TWO)):
        (folder / "book" / "part").mkdir(exist_ok=True)
        path = folder / "book" / "part" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook(cells)), encoding="utf-8")
    program = Path(sys.executable).with_name("jupyter-book")
    result = subprocess.run([program, "build", "."], cwd=folder, capture_output=True, text=True)
    problems = [line for line in result.stderr.splitlines() if "WARNING" in line]
    problems = [line for line in problems if "book/api" not in line]
    if result.returncode or problems:
        raise RuntimeError(result.stdout + result.stderr)
    return folder / "_build" / "html"
