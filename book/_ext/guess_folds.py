"""The two folds under a guess, and the box for the guess: made when a notebook is read.

The plan of a page comes from tools/guesses.py. On the page a fold is what stands between two
pieces of raw HTML; book/_assets/guess.js closes and opens it, and without a script it is open.
"""

from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from docutils import nodes
from myst_nb.sphinx_ import SphinxNbRenderer
from sphinx.application import Sphinx

from book._ext.guess_box import bar, box, details
from book._ext.ledger_page import LEDGER_PAGE, as_script, report
from tools.guesses import (
    Fold,
    folds,
    guessed_entries,
    last_entries,
    measured_entries,
    measures,
    predicts,
)
from tools.notebook_form import chapter_of


class CellStart(nodes.Element):
    """Stands where a text cell begins, until the folds are made: myst-nb leaves no trace of it."""


class Place(NamedTuple):
    """The node of a code cell, where it stands."""

    parent: nodes.Element
    node: nodes.container

    @property
    def position(self) -> int:
        return self.parent.index(self.node)


def mark_text_cells() -> None:
    """Let myst-nb mark where each text cell begins."""
    render = SphinxNbRenderer.render_nb_cell_markdown

    def mark_and_render(self: SphinxNbRenderer, token: Any) -> None:
        self.current_node.append(CellStart(cell_index=token.meta["index"]))
        render(self, token)

    SphinxNbRenderer.render_nb_cell_markdown = mark_and_render


def fold_page(app: Sphinx, doctree: nodes.document) -> None:
    """Make the folds of a notebook, and its boxes for guesses; take the marks out."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        plan = [fold for fold in folds(notebook) if code_cell(doctree, fold.measurement.start)]
        asked = asked_on_page(notebook)
        for fold in plan:
            names = [name for name in measured_entries(notebook, fold) if name in asked]
            fold_measurement(doctree, notebook, fold, [asked.pop(name) for name in names])
        for fold in plan:
            if fold.guess is not None and code_cell(doctree, fold.guess):
                fold_derivation(doctree, notebook, fold)
        if any(fold.guess is not None for fold in plan):
            add_bar(app, doctree, notebook, chapter_of(path))
    for mark in list(doctree.findall(CellStart)):
        mark.parent.remove(mark)


def asked_on_page(notebook: nbformat.NotebookNode) -> dict[str, dict[str, Any]]:
    """Return the entries for which a guess is asked anywhere on the page, as last shown."""
    shown = last_entries(notebook.cells)
    asked = [entry for fold in folds(notebook) for entry in guessed_entries(notebook, fold)]
    return {entry["name"]: shown[entry["name"]] for entry in asked}


def code_cell(doctree: nodes.document, cell: int) -> Place | None:
    """Return the node of a code cell, None if the page does not show it."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code" and node["cell_index"] == cell:
            return Place(node.parent, node)
    return None


def end_of(parent: nodes.Element, start: int, cells: range) -> int:
    """Return where, from ``start`` on, these cells end: at a section or at another cell."""
    for k in range(start, len(parent)):
        node = parent[k]
        if isinstance(node, nodes.section) or node.get("cell_index", cells.start) not in cells:
            return k
    return len(parent)


def raw(html: str) -> nodes.raw:
    """Return a piece of HTML; other formats than HTML leave it out."""
    return nodes.raw("", html, format="html")


def fold_measurement(
    doctree: nodes.document, notebook: nbformat.NotebookNode, fold: Fold, guessed: list[dict]
) -> None:
    """Fold what the measuring cell puts out, and the cells that explain it; not its code.

    What was ``guessed`` of it is judged at its top.
    """
    parent, node = place = code_cell(doctree, fold.measurement.start)
    start, end = place.position + 1, end_of(parent, place.position + 1, fold.measurement)
    folded = parent[start:end]
    for cell in (node, *folded):
        show_output(cell)
    if outputs := [part for part in node if part.get("nb_element") == "cell_code_output"]:
        node.remove(outputs[0])
        folded.insert(0, nodes.container("", outputs[0], classes=["cell", "measured"]))
    if not folded:
        return
    opening = details(measures(notebook.cells[k] for k in fold.measurement), guessed)
    parent[start:end] = [raw(opening), *folded, raw("</details>")]


def show_output(cell: nodes.Element) -> None:
    """Do not let myst-nb fold the output of a cell once more."""
    mode = cell.get("hide_mode") if isinstance(cell, nodes.Element) else None
    if mode in ("output", "input+output"):
        cell["hide_mode"] = mode.removesuffix("output").rstrip("+")


def fold_derivation(doctree: nodes.document, notebook: nbformat.NotebookNode, fold: Fold) -> None:
    """Put the box beside the guess cell, and in a fold all from there to the next heading.

    The fold ends with the measurement. Where a heading stands before that, the measurement
    gets a fold of its own, which opens with the first.
    """
    parent, node = guess = code_cell(doctree, fold.guess)
    key = notebook.cells[fold.guess].get("id", str(fold.guess))
    opening, closing = raw(f'<div class="guessed" data-fold="{escape(key)}">'), raw("</div>")
    cells = range(fold.guess, fold.measurement.stop)
    first = guess.position if predicts(notebook.cells[fold.guess]) else guess.position + 1
    end = end_of(parent, first, cells)
    parent.insert(end, closing)
    parent.insert(first, opening)
    if first > guess.position:
        node["classes"].append("guess-cell")
    above = min(guess.position, parent.index(opening))
    parent.insert(above, raw(box(key, guessed_entries(notebook, fold))))
    parent, node = measuring = code_cell(doctree, fold.measurement.start)
    if parent is not guess.parent or measuring.position > parent.index(closing):
        parent.insert(end_of(parent, measuring.position, fold.measurement), closing.deepcopy())
        parent.insert(measuring.position, opening.deepcopy())


def add_bar(
    app: Sphinx, doctree: nodes.document, notebook: nbformat.NotebookNode, chapter: str
) -> None:
    """Put below the title the button that shows everything, and what the script must know."""
    data = as_script([report(chapter, notebook, asked_on_page(notebook))])
    known = LEDGER_PAGE in app.env.found_docs
    link = app.builder.get_relative_uri(app.env.docname, LEDGER_PAGE) if known else ""
    title = doctree.next_node(nodes.title)
    title.parent.insert(title.parent.index(title) + 1, raw(bar(link) + data))


def load_script(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Load the script where something is guessed or listed; should it not come, fold nothing."""
    if 'id="lsdl-reports"' in context.get("body", ""):
        lost = "document.documentElement.classList.remove('guessing')"
        app.add_js_file("guess.js", loading_method="defer", onerror=lost)


def set_up_folds(app: Sphinx) -> None:
    """Connect the steps above."""
    mark_text_cells()
    app.connect("doctree-read", fold_page)
    app.connect("html-page-context", load_script, priority=800)
