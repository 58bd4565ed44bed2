"""The page "Your ledger": what the chapters predicted and measured, as the script needs it."""

import json
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from sphinx.application import Sphinx

from book._ext.guess_box import as_text
from tools.guesses import last_entries
from tools.notebook_form import chapter_of, is_setup, is_solutions, notebooks_in_order

LEDGER_PAGE = "book/your_ledger"
FORMAT = 2  # of lsdl_helpers/ledger/report.py
COLUMNS = ("quantity", "guess", "predicted", "measured")


def report(chapter: str, notebook: nbformat.NotebookNode, entries: dict[str, dict]) -> dict:
    """Return a report as `Ledger.export` writes it, in which nobody has guessed."""
    unguessed = [{**entry, "guess": None} for entry in entries.values()]
    head = {"format": FORMAT, "chapter": chapter, "id": "", "started": ""}
    return {**head, "machine": machine_of(notebook), "entries": unguessed}


def machine_of(notebook: nbformat.NotebookNode) -> str:
    """Return the line that the set-up cell printed when the page was stored."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_setup(cell.source):
            return "".join(output.get("text", "") for output in cell.outputs).strip()
    return ""


def as_script(reports: list[dict[str, Any]]) -> str:
    """Return data as an element of a page that no text in it can end."""
    text = json.dumps(reports, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="lsdl-reports">{text}</script>'


def section(title: str, address: str, report: dict[str, Any]) -> str:
    """Return a chapter of the list; the script shows it, and fills in what was guessed."""
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    rows = "\n".join(row(entry) for entry in report["entries"])
    file = f"{report['chapter'].replace('/', '_')}.json"
    save = f'download="{escape(file)}">Save report<span> on {escape(title)}</span>'
    return f"""\
<section hidden>
<h2><a href="{escape(address)}">{escape(title)}</a></h2>
<table class="table"><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table>
<p><a class="report" {save}</a></p>
</section>
"""


def row(entry: dict[str, Any]) -> str:
    """Return a line of the list, with a mark where the prediction was near."""
    predicted = as_text(entry, "predicted") + (" ✓" if is_near(entry) else "")
    cells = f"<td></td><td>{escape(predicted)}</td><td>{escape(as_text(entry, 'measured'))}</td>"
    return f'<tr><th scope="row">{escape(entry["name"])}</th>{cells}</tr>'


def is_near(entry: dict[str, Any]) -> bool:
    """Tell whether a formula is right, or within a factor of two of the measurement."""
    if entry["kind"] != "formula":
        return False
    predicted, measured = entry["predicted"], entry["measured"]
    if entry["choices"] or not all(isinstance(v, int | float) for v in (predicted, measured)):
        return bool(entry["choices"]) and predicted == measured
    return predicted != 0 and 0.5 <= measured / predicted <= 2


def add_chapters(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put the chapters into the page, where its text has a place for them."""
    if pagename != LEDGER_PAGE:
        return
    reports, sections = [], []
    for path in notebooks_in_order(Path(app.srcdir)):
        notebook = nbformat.read(path, as_version=4)
        docname = path.relative_to(app.srcdir).with_suffix("").as_posix()
        if not is_solutions(path) and (entries := last_entries(notebook.cells)):
            reports.append(report(chapter_of(path), notebook, entries))
            address = app.builder.get_relative_uri(pagename, docname)
            sections.append(section(app.env.titles[docname].astext(), address, reports[-1]))
    listed = "".join(sections) + as_script(reports)
    context["body"] = context["body"].replace("<!-- chapters -->", listed)


def set_up_ledger_page(app: Sphinx) -> None:
    """Connect the step above, before the script is asked for."""
    app.connect("html-page-context", add_chapters, priority=700)
