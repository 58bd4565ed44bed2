"""The directive `explorer`: the sliders of a chapter on another page, from the stored output."""

from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

MARK = 'class="lsdl-explorer"'


class StoredExplorer(SphinxDirective):
    """Stands for the one explorer of the chapter that the argument names, as in models/vgg."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir, "book", f"{self.arguments[0]}.ipynb")
        found = stored_explorers(path) if path.exists() else []
        if len(found) != 1:
            raise self.error(f"{path}: {len(found)} stored explorers; allowed: one")
        self.env.note_dependency(str(path))
        output = nodes.raw("", found[0], format="html", classes=["output", "text_html"])
        shown = nodes.container("", output, classes=["cell_output"])
        return [nodes.container("", shown, classes=["cell"])]


def stored_explorers(path: Path) -> list[str]:
    """Return the HTML of each explorer in the outputs of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [output.get("data", {}).get("text/html", "") for output in outputs]
    return [text for text in texts if MARK in text]


def set_up_explorer(app: Sphinx) -> None:
    """Offer the directive."""
    app.add_directive("explorer", StoredExplorer)
