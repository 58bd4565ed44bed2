"""The directive `course-predictions`: the best predictions of all chapters, or the worst misses.

Left out is what cannot fail: a ratio of 1 to six digits, which is a count against the same count,
and the entries named in CANNOT_FAIL, each with its reason. What is no formula has no ratio.
`:without:` names a chapter of which the same page asks for a guess.
"""

import math
from pathlib import Path
from typing import ClassVar, NamedTuple

import nbformat
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book._ext.course_contents import parts
from book._ext.guess_box import as_text
from tools.guesses import entries, last_entries

NUM_ROWS = 6
CAPTIONS = {"best": "Best predictions", "worst": "Worst misses"}
COLUMNS = ("Quantity", "Ratio", "Where")
SAME_COUNT = 1e-6
CANNOT_FAIL = {
    ("dynamic/cascades", "precision"): "windows are drawn at the rates that the formula takes",
    ("parallel/model_parallel", "through 4 stages, 1 example"): "stages wait by the formula",
    ("parallel/model_parallel", "through 4 stages, 10 examples"): "stages wait by the formula",
}


class Result(NamedTuple):
    """A prediction that has been measured, and the cell that first shows both."""

    file: str
    cell: int
    entry: dict

    @property
    def off(self) -> float:
        """How far the prediction is off, too low or too high, as a logarithm."""
        return abs(math.log(self.entry["ratio"]))


class SectionLink(nodes.Inline, nodes.Element):
    """Stands for a link to the section that holds a cell, until all pages are read."""


def results(root: Path, file: str) -> list[Result]:
    """Return what a chapter predicted by a formula that can fail, as it last shows it."""
    cells = nbformat.read(root / f"{file}.ipynb", as_version=4).cells
    last, found = last_entries(cells), {}
    for k, cell in enumerate(cells):
        for shown in entries(cell):
            if shown["measured"] is not None:
                found.setdefault(shown["name"], Result(file, k, last[shown["name"]]))
    return [result for result in found.values() if can_fail(file, result.entry)]


def can_fail(file: str, entry: dict) -> bool:
    """Tell whether an entry has a ratio that might have come out otherwise.

    A prediction of 0 has the ratio "inf" or "nan", as text: JSON has no such numbers.
    """
    ratio, chapter = float(entry["ratio"] or 0), file.removeprefix("book/")
    if not 0 < ratio < math.inf or (chapter, entry["name"]) in CANNOT_FAIL:
        return False
    return abs(ratio - 1) > SAME_COUNT


def ranked(root: Path, which: str, without: str = "") -> list[Result]:
    """Return the best results, or the worst, at most one of each chapter."""
    choose, sign = {"best": (min, 1), "worst": (max, -1)}[which]
    chapters = [file for _, files in parts(root) for file in files if not file.endswith(without)]
    found = [results(root, file) for file in chapters]
    firsts = [choose(of_one, key=lambda result: result.off) for of_one in found if of_one]
    return sorted(firsts, key=lambda result: sign * result.off)[:NUM_ROWS]


class CoursePredictions(SphinxDirective):
    """A table with the name of a quantity, its ratio, and a link to its section."""

    required_arguments = 1
    option_spec: ClassVar = {"without": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        which = directives.choice(self.arguments[0], tuple(CAPTIONS))
        without = self.options.get("without", "/")
        group = nodes.tgroup(cols=len(COLUMNS))
        group += [nodes.colspec(colwidth=1) for _ in COLUMNS]
        head, body = nodes.thead(), nodes.tbody()
        head += as_row(*map(nodes.Text, COLUMNS))
        for result in ranked(Path(self.env.srcdir), which, without):
            name, ratio = result.entry["name"], as_text(result.entry, "ratio")
            link = SectionLink(docname=result.file, cell=result.cell)
            body += as_row(nodes.Text(name), nodes.Text(ratio), link)
        group += [head, body]
        table = nodes.table("", nodes.title(text=CAPTIONS[which]), group, classes=["predictions"])
        return [table]


def as_row(*parts: nodes.Node) -> nodes.row:
    """Return a row of a table, a paragraph a cell."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", part)) for part in parts))


def link_sections(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let each link lead to the section of its cell: to the question, before its answer."""
    for link in list(doctree.findall(SectionLink)):
        section = section_of(app.env.get_doctree(link["docname"]), link["cell"])
        address = app.builder.get_relative_uri(docname, link["docname"])
        chapter = app.env.titles[link["docname"]].astext().partition(":")[0]
        text = f"{chapter}: {section.next_node(nodes.title).astext()}"
        target = f"{address}#{section['ids'][0]}"
        link.replace_self(nodes.reference("", text, refuri=target, internal=True))


def section_of(doctree: nodes.document, cell: int) -> nodes.section:
    """Return the innermost section that holds a code cell of a notebook."""
    node = next(n for n in doctree.findall(nodes.container) if n.get("cell_index") == cell)
    while not isinstance(node, nodes.section):
        node = node.parent
    return node


def set_up_predictions(app: Sphinx) -> None:
    """Offer the directive."""
    app.add_directive("course-predictions", CoursePredictions)
    app.connect("doctree-resolved", link_sections)
