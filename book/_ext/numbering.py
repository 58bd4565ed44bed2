"""Numbers that hold within a page: exercises, figures and tables count from 1 on each.

Sphinx counts through the whole book. Each new chapter would then move all numbers behind it, and
`check("models/vgg/1", …)`, which is what a reader sees in Colab, would be Exercise 5 on the site.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx_exercise.nodes import exercise_enumerable_node

OUTPUT_TABLE = re.compile(r'<table[^>]* class="dataframe"[^>]*>')
# The columns of lsdl_helpers/ledger/table.py, as a caption names them.
LEDGER = {
    "guess": "guess",
    "predicted": "prediction",
    "measured": "measurement",
    "interval": "interval",
    "ratio": "ratio",
}
SOLVED = re.compile(r"Exercise (\d+): ")  # the heading that tools/notebook_form.py writes


def numbered(
    doctree: nodes.document, std: StandardDomain
) -> Iterator[tuple[str, int, nodes.Element]]:
    """Yield what has a number on a page: "figure", "table", "exercise", …; its number; its node."""
    counts = Counter()
    for node in doctree.findall(nodes.Element):
        kind = "table" if is_output_table(node) else std.get_enumerable_node_type(node)
        if kind in (None, "section"):
            continue
        if is_output_table(node) or (node["ids"] and std.get_numfig_title(node)):
            counts[kind] += 1
            yield kind, counts[kind], node


def is_output_table(node: nodes.Element) -> bool:
    """Tell whether a node is a table that a code cell put out: HTML of pandas or of a ledger."""
    return isinstance(node, nodes.raw) and bool(OUTPUT_TABLE.search(node.astext()))


def number_pages(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
    """Number each page from 1, for the titles and for ``{numref}``; return the pages that change.

    It stands in for a step of Sphinx, which has no setting for numbers within a page.
    """
    before, env.toc_fignumbers = env.toc_fignumbers, {}
    for docname in sorted(env.found_docs):
        for kind, number, node in numbered(env.get_doctree(docname), env.get_domain("std")):
            if node["ids"]:
                kinds = env.toc_fignumbers.setdefault(docname, {})
                kinds.setdefault(kind, {})[node["ids"][0]] = (number,)
    return [page for page, kinds in env.toc_fignumbers.items() if kinds != before.get(page)]


def caption_tables(app: Sphinx, doctree: nodes.document) -> None:
    """Put its number above each table that a code cell put out."""
    for _, number, node in numbered(doctree, app.env.get_domain("std")):
        if is_output_table(node):
            html = with_caption(node.astext(), number)
            node.replace_self(nodes.raw("", html, **node.attributes))


def with_caption(html: str, number: int) -> str:
    """Return a table with a caption, which names the columns of a ledger."""
    start = OUTPUT_TABLE.search(html).end()
    head = html[start:].partition("</thead>")[0]
    columns = [name for name in re.findall(r"<th\b[^>]*>(.*?)</th>", head) if name]
    text = f'<span class="caption-number">Table {number}</span>'
    if columns and set(columns) <= LEDGER.keys():
        text += f": {listed([LEDGER[name] for name in columns])}"
    return f"{html[:start]}<caption>{text}</caption>{html[start:]}"


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them.

    >>> listed(["guess", "prediction", "ratio"])
    'guess, prediction and ratio'
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def name_anchors(app: Sphinx, doctree: nodes.document) -> None:
    """Let a link to a file lead to an exercise, ``vgg.ipynb#vgg-2``, and to its solution.

    MyST knows headings only behind the ``#``, and only under their whole text; the solution of
    exercise 2 is ``solutions/models/vgg.ipynb#exercise-2``. In Jupyter both lead to the file.
    """
    anchors = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for exercise in doctree.findall(exercise_enumerable_node):
        anchors[exercise["label"]] = (exercise.line, exercise["label"], "Exercise")
    for section in doctree.findall(nodes.section):
        title = section[0].astext()
        if found := SOLVED.match(title):
            section["ids"].insert(0, name := f"exercise-{found[1]}")
            anchors[name] = (section.line, name, title)


def name_page_alone(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Leave the chapter's number out of the page's title, which bookmarks and links keep."""
    number = r'<span class="section-number">.*?</span>'
    context["title"] = re.sub(number, "", context.get("title") or "")


def set_up_numbering(app: Sphinx) -> None:
    """Connect the steps above; the anchors are there before Sphinx lists the sections."""
    TocTreeCollector.assign_figure_numbers = number_pages
    app.connect("doctree-read", name_anchors, priority=400)
    app.connect("doctree-read", caption_tables)
    app.connect("html-page-context", name_page_alone, priority=100)  # before opengraph
