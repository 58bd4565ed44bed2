"""The search: an index of the finished pages by Pagefind (MIT license), in place of Sphinx's own.

Sphinx's knows pages alone, not sections, and puts the names of the package first. What is marked
for Pagefind is a copy of each article, so that no page carries the marks. What it finds is shown
by book/_assets/search.js.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from book._ext.page_cleanup import SEARCH_SCRIPTS

FOLDER = "pagefind"
# Shown after all other pages, by the start of a page's name.
REFERENCE = ("book/api", "book/bibliography", "book/runs", "book/your_ledger")
# Pages that repeat what others say: how much a word counts, where it counts 1 elsewhere.
WEIGHTS = {"book/solutions/": 0.2, "book/index": 0.2}
# Words that students type for what a page calls otherwise.
ALSO = {
    "book/compression/mimic": "knowledge distillation",
    "book/cpu/fixed_point": "quantisation",
    "book/hardware/formats": "bfloat16, float16",
    "book/large/specialized": "fused cross-entropy, adaptive softmax, weight sharing, locality",
    "book/models/cost": "roofline, roofline model",
    "book/models/vgg": "VGG-16, VGG-19, 3x3 convolution",
    "book/models/xception": "MobileNet, depthwise separable convolution",
    "book/parallel/data_parallel": "DDP, distributed data parallel",
}
OUTPUT = 0.25  # its tables' headings, mostly
# The same of headings; h6 are the terms of the glossary.
HEADINGS = {"h1": 8, "h2": 4, "h3": 3, "h4": 3, "h5": 2, "h6": 8}
# What is no sentence of the page, and the copies that KaTeX makes of a formula.
NO_TEXT = (".headerlink", "button", "summary", "select", "label", ".gp")
NO_TEXT += (".guess", ".guess-bar", ".guess-cell")
NO_TEXT += (".katex-html", "annotation", "div.math", ".toctree-wrapper")
NO_TEXT += (".cell_input", ".cell_output td", ".cell_output pre", ".doctest")
# Of Pagefind's files, those that search.js does not load: dialogs, a worker, other languages.
UNUSED = re.compile(r"ui\.|highlight|worker|unknown")


def shelves(app: Sphinx) -> dict[str, str]:
    """Return the part that each page of _toc.yml belongs to, "" where it has no caption."""
    trees = app.env.external_site_map.root.subtrees
    return {str(page): tree.caption or "" for tree in trees for page in tree.items}


def article_of(html: str) -> str:
    """Return the article of a page: no menu, no header, no footer."""
    return re.search(r"<article\b.*?</article>", html, re.DOTALL)[0]


def mark_sections(article: str) -> str:
    """Give each heading the anchor of its section, and make headings of terms and functions."""
    section = r'<section[^>]* id="([^"]+)">\s*((?:<span[^>]*></span>)*)<(h\d)>'
    article = re.sub(section, r'\2<\3 id="\1">', article)
    article = re.sub(r'<dt (id="term-[^"]*")>(.*?)</dt>', r"<h6 \1>\2</h6>", article)
    signature = r'<dt class="sig[^>]* id="([^"]+)">(.*?)'
    name = signature + r'<span class="sig-name descname">(.*?</span>)</span>'
    return re.sub(name, r'<dt>\2<h3 id="\1">\3</h3>', article, flags=re.DOTALL)


def marked(article: str, name: str, shelf: str) -> str:
    """Return the article of a page with what Pagefind is to know about it."""
    weight = next((w for start, w in WEIGHTS.items() if name.startswith(start)), 1)
    article = re.sub(r"<img\b[^>]*>", "", article)  # Pagefind would keep the first one's data
    article = mark_sections(article)
    if name in ALSO:
        also = f'</h1><p data-pagefind-weight="{HEADINGS["h2"]}">Also: {ALSO[name]}.</p>'
        article = article.replace("</h1>", also, 1)
    output = f'<div data-pagefind-weight="{OUTPUT * weight:g}" class="cell_output'
    article = article.replace('<div class="cell_output', output)
    for heading, factor in HEADINGS.items():
        mark = f'<{heading} data-pagefind-weight="{factor * weight:g}"'
        article = re.sub(rf"<{heading}\b", mark, article)
    mark = f'<article data-pagefind-weight="{weight}" data-shelf="{escape(shelf)}"'
    if name.startswith(REFERENCE):
        mark += ' data-pagefind-filter="kind:reference"'
    return article.replace("<article", f'{mark} data-pagefind-meta="shelf[data-shelf]"', 1)


def index(articles: Path, folder: Path, language: str) -> None:
    """Write the index of a folder of articles; of an older one nothing stays.

    By the command: the Python interface ends the program, now and then before all is written.
    """
    command = [sys.executable, "-m", "pagefind", "--site", articles, "--output-path", folder]
    command += ["--root-selector", "article", "--force-language", language, "--keep-index-url"]
    command += [word for place in NO_TEXT for word in ("--exclude-selectors", place)]
    shutil.rmtree(folder, ignore_errors=True)
    result = subprocess.run([*command, "--quiet"], capture_output=True, text=True)
    if result.returncode:
        raise ExtensionError(f"Pagefind made no index.\n{result.stdout}{result.stderr}")


def write_index(app: Sphinx, exception: Exception | None) -> None:
    """Index the pages as they are at last, and drop the files that none of them loads."""
    if exception or app.builder.format != "html":
        return
    folder, parts = Path(app.outdir, FOLDER), shelves(app)
    with TemporaryDirectory() as copies:
        for name in app.env.found_docs:
            html = Path(app.outdir, f"{name}.html").read_text("utf-8")
            copy = Path(copies, f"{name}.html")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(marked(article_of(html), name, parts.get(name, "")), "utf-8")
        index(Path(copies), folder, app.config.language)
    unused = [file for file in folder.iterdir() if UNUSED.search(file.name)]
    for place in (Path(app.outdir), Path(app.outdir, "_static")):
        unused += [place / name for name in SEARCH_SCRIPTS]
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


def set_up_search(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("config-inited", use_own_page)
    app.connect("builder-inited", drop_sphinx_search)
    app.connect("html-collect-pages", search_page)
    app.connect("build-finished", write_index, priority=900)  # once the pages are corrected
