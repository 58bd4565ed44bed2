"""The search: an index by Pagefind of the finished pages, in place of Sphinx's own.

Sphinx's index knows pages alone, not sections, and ranks the names of the package first. A copy
of each article is marked for Pagefind in memory, so that no page carries a mark of it.
"""

import ast
import asyncio
import re
import shutil
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pagefind.index import IndexConfig, PagefindIndex
from sphinx.application import Sphinx
from sphinx.config import Config

FOLDER = "pagefind"
# How much a word counts, by the first part of a page's name that fits: chapters and glossary 1.
WEIGHTS = {
    "book/solutions/": 0.2,
    "book/api": 0.05,
    "book/bibliography": 0.05,
    "book/your_ledger": 0.05,
    "book/runs": 0.05,
    "book/index": 0.2,
}
HEADINGS = {"h1": 8, "h2": 4, "h3": 3, "h4": 3, "h5": 2, "h6": 2}  # beside the text's 1
# What is no sentence of the page, and the copies that KaTeX makes of a formula.
NO_TEXT = (".headerlink", "button", "summary", "select", "label", ".gp")
NO_TEXT += (".guess", ".guess-bar", ".guess-cell")
NO_TEXT += (".katex-html", "annotation", "div.math", ".toctree-wrapper")
NO_TEXT += (".cell_output table", ".cell_output pre", ".imports")
# Of Pagefind's files, those that search.js does not load: dialogs, a worker, other languages.
UNUSED = re.compile(r"ui\.|highlight|worker|unknown")
SCRIPTS = {"doctools.js", "sphinx_highlight.js", "searchtools.js", "language_data.js"}  # Sphinx's


def shelves(app: Sphinx) -> dict[str, str]:
    """Return the part that each page of _toc.yml belongs to, "" where it has no caption."""
    trees = app.env.external_site_map.root.subtrees
    return {str(page): tree.caption or "" for tree in trees for page in tree.items}


def weight_of(name: str) -> float:
    """Return how much the words of a page count."""
    return next((weight for start, weight in WEIGHTS.items() if name.startswith(start)), 1)


def article_of(html: str) -> str:
    """Return the article of a page: no menu, no header, no footer."""
    return re.search(r"<article\b.*?</article>", html, re.DOTALL)[0]


def mark_sections(article: str) -> str:
    """Give each heading the anchor of its section, and make headings of terms and functions."""
    section = r'<section[^>]* id="([^"]+)">\s*((?:<span[^>]*></span>)*)<(h\d)>'
    article = re.sub(section, r'\2<\3 id="\1">', article)
    article = re.sub(r'<dt (id="term-[^"]*")>(.*?)</dt>', r"<h2 \1>\2</h2>", article)
    name = r'<dt class="sig[^>]* id="([^"]+)">(.*?)<span class="sig-name descname">(.*?</span>)</span>'
    return re.sub(name, r'<dt>\2<h3 id="\1">\3</h3>', article, flags=re.DOTALL)


def mark_imports(article: str) -> str:
    """Mark the cells that import and no more, such as the one that sets a page up."""

    def marked(match: re.Match) -> str:
        code = unescape(re.sub(r"<[^>]*>", "", match[2]))
        return f'<div class="{"imports " if is_import(code) else ""}cell_input{match[1]}{match[2]}'

    cell = r'<div class="cell_input([^>]*>)(.*?</pre>)'
    return re.sub(cell, marked, article, flags=re.DOTALL)


def is_import(code: str) -> bool:
    """Say whether some code has statements that import, or set a page up, and no others."""
    try:
        body = ast.parse(code).body
    except SyntaxError:  # IPython's own, such as %%writefile
        return False
    return all(isinstance(line, ast.Import | ast.ImportFrom) for line in body) or "setup(" in code


def marked(article: str, weight: float, shelf: str) -> str:
    """Return an article with what Pagefind is to know about it."""
    article = mark_sections(mark_imports(article))
    for heading, factor in HEADINGS.items():
        mark = f'<{heading} data-pagefind-weight="{factor * weight:g}"'
        article = re.sub(rf"<{heading}\b", mark, article)
    mark = f'<article data-pagefind-weight="{weight}" data-shelf="{escape(shelf)}"'
    mark += ' data-pagefind-meta="shelf[data-shelf]"'
    return article.replace("<article", mark, 1)


async def index(articles: Path, folder: Path, language: str) -> None:
    """Write the index of a folder of articles."""
    settings = IndexConfig(
        root_selector="article",
        exclude_selectors=NO_TEXT,
        force_language=language,
        keep_index_url=True,
        output_path=str(folder),
    )
    async with PagefindIndex(config=settings) as pages:
        await pages.add_directory(str(articles))


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Index the pages as they are at last; of an older index nothing stays."""
    if exception or app.builder.format != "html":
        return
    folder, parts = Path(app.outdir, FOLDER), shelves(app)
    shutil.rmtree(folder, ignore_errors=True)
    with TemporaryDirectory() as copies:
        for name in app.env.found_docs:
            html = Path(app.outdir, f"{name}.html").read_text("utf-8")
            copy = Path(copies, f"{name}.html")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(marked(article_of(html), weight_of(name), parts.get(name, "")), "utf-8")
        asyncio.run(index(Path(copies), folder, app.config.language))
    unused = [file for file in folder.iterdir() if UNUSED.search(file.name)]
    unused += [Path(app.outdir, "searchindex.js")]  # of an older build
    unused += [Path(app.outdir, "_static", name) for name in SCRIPTS]
    for file in unused:
        file.unlink(missing_ok=True)


def use_own_page(app: Sphinx, config: Config) -> None:
    """Take the page of the search from here."""
    config.templates_path.append(str(Path(__file__).with_name("templates")))


def drop_sphinx_search(app: Sphinx) -> None:
    """Keep Sphinx from making its own index, and the page that loads it."""
    app.builder.search = False


def search_page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """Yield the page that Sphinx then no longer makes."""
    yield "search", {}, "search.html"


def drop_scripts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Load no script of Sphinx's: they mark words after a search, and serve its own themes."""
    scripts = context["script_files"]
    scripts[:] = [file for file in scripts if Path(str(file.filename)).name not in SCRIPTS]


def set_up_search(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("config-inited", use_own_page)
    app.connect("builder-inited", drop_sphinx_search)
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", drop_scripts, priority=900)
    app.connect("build-finished", write_index, priority=900)  # once the pages are corrected
