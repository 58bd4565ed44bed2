"""The directive `run-report`: what the stored pages were run on, from book/runs.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from tools.run_record import RUNS

if TYPE_CHECKING:
    from tools.status import Table


class RunReport(Directive):
    """Stands for the sections of tools/status.py, which `make status` prints."""

    def run(self) -> list[nodes.Node]:
        from tools.status import report  # it imports the package, which other pages do not need

        settings = self.state.document.settings
        settings.env.note_dependency(str(RUNS))  # drawn anew when the record changes
        return [as_section(table) for table in report(Path(settings.env.srcdir))]


def as_section(table: Table) -> nodes.section:
    """Return a part of the report as a section of a page."""
    section = nodes.section(ids=[nodes.make_id(f"runs {table.title}")])
    section += nodes.title(text=table.title)
    section += nodes.paragraph(text=table.text)
    if table.rows:
        section += as_table(table)
    return section


def as_table(table: Table) -> nodes.table:
    """Return the table of a part."""
    group = nodes.tgroup(cols=len(table.columns))
    group += [nodes.colspec(colwidth=1) for _ in table.columns]
    head, body = nodes.thead(), nodes.tbody()
    head += as_row(table.columns)
    body += [as_row(row) for row in table.rows]
    group += [head, body]
    whole = nodes.table(classes=["colwidths-auto"])
    whole += group
    return whole


def as_row(texts: tuple[str, ...]) -> nodes.row:
    """Return a row of a table, a paragraph a cell."""
    row = nodes.row()
    for text in texts:
        entry = nodes.entry()
        entry += nodes.paragraph(text=text)
        row += entry
    return row


def set_run_report(app: Sphinx) -> None:
    """Offer the directive."""
    app.add_directive("run-report", RunReport)
