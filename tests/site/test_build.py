"""A small book built with the real configuration: links, the package's reference, rebuilds."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.site.test_page_cleanup import png
from tools.notebook_form import METADATA, setup_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FIGURE = "```{{figure}} plot.png\n:name: {}\n:alt: A plot\n\nA mark.\n```\n\nIt is {{numref}}`{}`."
PAGE = f"# Page\n\n$x^2$, a {{term}}`square`\n\n{FIGURE.format('fig-page', 'fig-page')}"
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": PAGE},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "source": setup_source("book/page"),
            "execution_count": None,
            "outputs": [],
        },
    ],
    "metadata": METADATA,
    "nbformat": 4,
    "nbformat_minor": 5,
}
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/page
  - file: book/glossary
  - glob: book/api/**
"""
# What imports, and what runs, fails: no module of the package may be imported.
PACKAGE = '''\
"""Some part."""
from typing import TYPE_CHECKING
from lsdl_helpers.work import shown
if TYPE_CHECKING:
    from lsdl_helpers.work import loaded_late
__all__ = ["loaded_late", "shown"]
'''
WORK = '''\
"""Where the work is done."""
import nosuchpackage
nosuchpackage.run()

def shown(count: nosuchpackage.Count) -> int:
    """Return what :func:`lsdl_helpers.shown` is given."""

def loaded_late() -> None:
    """Import what takes long."""

def _hidden() -> None:
    """Not for readers."""
'''
FRONT = """\
# Front page

The {term}`mean` in a plot {cite}`he2016resnet`. It has "marks" & more.

FIGURE

```{install}
```

```{only} has_address
With an address.
```

```{only} on_github
With a rocket.
```

```{bibliography}
```
"""
GLOSSARY = """\
# Glossary

```{{glossary}}
mean
  {}

square
  $x \\cdot x$, whose {{term}}`mean` is above that of $x$.

unused
  What no page uses.
```
"""
ADDRESS = {"LSDL_REPOSITORY": "git@github.com:owner/name.git", "GITHUB_REF_NAME": "dev"}
SITE = "https://owner.github.io/name/"


def write_book(folder: Path) -> None:
    """Write the configuration and the extension, two pages and a package: no clone."""
    shutil.copy(ROOT / "_config.yml", folder)
    for part in ("_ext", "_assets"):
        shutil.copytree(ROOT / "book" / part, folder / "book" / part)
    shutil.copy(ROOT / "book" / "references.bib", folder / "book")
    shutil.copytree(ROOT / "tools", folder / "tools")
    (folder / "_toc.yml").write_text(TOC)
    (folder / "book" / "index.md").write_text(FRONT.replace("FIGURE", FIGURE.format("fig", "fig")))
    (folder / "book" / "glossary.md").write_text(GLOSSARY.format("The sum over the number."))
    (folder / "book" / "plot.png").write_bytes(png(30, 20))
    (folder / "book" / "page.ipynb").write_text(json.dumps(NOTEBOOK))
    (folder / "lsdl_helpers").mkdir()
    (folder / "lsdl_helpers" / "__init__.py").write_text(PACKAGE)
    (folder / "lsdl_helpers" / "work.py").write_text(WORK)


def build(book: Path, **environ: str) -> subprocess.CompletedProcess:
    """Build as ``make book`` does, in an environment that names no repository but the given."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "LSDL_"))}
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "--keep-going"]
    settings = inherited | {"GIT_CEILING_DIRECTORIES": str(book.parent)} | environ
    return subprocess.run(command, cwd=book, env=settings, capture_output=True, text=True)


def page_of(book: Path, **environ: str) -> str:
    result = build(book, **environ)
    assert result.returncode == 0, result.stdout + result.stderr
    return read(book)


def read(book: Path, name: str = "page") -> str:
    return (book / "_build" / "html" / "book" / f"{name}.html").read_text("utf-8")


class Builds(NamedTuple):
    """One book after the other, each a rebuild of the one before."""

    book: Path
    without_address: str
    files_without_address: list[str]
    reference: str
    fronts: list[str]  # the front page of each build
    github: str
    elsewhere: str
    broken: subprocess.CompletedProcess


@pytest.fixture(scope="module")
def builds(tmp_path_factory) -> Builds:
    book = tmp_path_factory.mktemp("book")
    write_book(book)
    without_address, fronts = page_of(book), [read(book, "index")]
    files = [path.name for path in (book / "_build" / "html").iterdir()]
    reference = read(book, "api/lsdl_helpers/index")
    elsewhere = page_of(book, LSDL_REPOSITORY="https://git.example.org/team/name")
    fronts.append(read(book, "index"))
    github = page_of(book, **ADDRESS)
    fronts.append(read(book, "index"))
    unread = "![A plot](plot.png) $\\nosuchmacro{x}$"
    (book / "book" / "index.md").write_text(FRONT.replace("FIGURE", unread))
    (book / "book" / "glossary.md").write_text(GLOSSARY.format("Sum over number."))
    broken = build(book, **ADDRESS)
    return Builds(book, without_address, files, reference, fronts, github, elsewhere, broken)


def test_no_address_no_button(builds):
    for name in ("colab.research", "mybinder", "fa-github", "executablebooks", "fa-rocket"):
        assert name not in builds.without_address


def test_links_follow_the_environment_and_survive_a_rebuild(builds):
    colab = "https://colab.research.google.com/github/owner/name/blob/published/book/page.ipynb"
    binder = "https://mybinder.org/v2/gh/owner/name/published?urlpath=lab/tree/book/page.ipynb"
    for link in (colab, binder, "https://github.com/owner/name", "/owner/name/issues/new"):
        assert f'href="{link}' in builds.github or f"{link}?" in builds.github
    assert read(builds.book) == builds.github


def test_a_page_counts_its_own_figures_and_refers_to_them_by_number(builds):
    for page in (builds.fronts[0], builds.github):
        assert set(re.findall(r"Figure \d", page)) == {"Figure 1"}
        assert '<span class="std std-numref">Figure 1</span>' in page


def test_the_notebook_for_download_installs_the_package_from_there(builds):
    offered = builds.book / "_build" / "html" / "_sources" / "book" / "page.ipynb"
    setup = json.loads(offered.read_text("utf-8"))["cells"][1]["source"]
    assert "".join(setup) == setup_source("book/page", "https://github.com/owner/name")
    assert 'href="../_sources/book/page.ipynb"' in builds.github
    assert json.loads((builds.book / "book" / "page.ipynb").read_text()) == NOTEBOOK


def test_the_notebook_for_download_says_where_it_comes_from(builds):
    offered = builds.book / "_build" / "html" / "_sources" / "book" / "page.ipynb"
    first = "".join(json.loads(offered.read_text("utf-8"))["cells"][0]["source"])
    line = "*This notebook is a page of Large-Scale Deep Learning: <{}book/page.html>*"
    assert first == PAGE.replace("\n\n", f"\n\n{line.format(SITE)}\n\n", 1)


def test_addresses_are_absolute_or_absent(builds):
    assert f'<link rel="canonical" href="{SITE}book/page.html" />' in builds.github
    assert f'<meta property="og:url" content="{SITE}book/page.html" />' in builds.github
    sitemap = (builds.book / "_build" / "html" / "sitemap.xml").read_text("utf-8")
    names = ["glossary", "index", "page"]
    listed = re.findall("<loc>(.*)</loc>", sitemap)
    assert [url for url in listed if "/api/" not in url] == [f"{SITE}book/{n}.html" for n in names]
    for page in (builds.without_address, builds.elsewhere):
        assert "og:url" not in page
        assert "og:image" not in page
        assert "canonical" not in page
    assert "404.html" in builds.files_without_address
    assert "sitemap.xml" not in builds.files_without_address


def test_a_page_shows_its_own_picture_or_the_first_of_the_book(builds):
    image = f'<meta property="og:image" content="{SITE}_images/plot.png" />'
    assert image in builds.github
    assert image in read(builds.book, "glossary")
    assert '<meta property="og:image:alt" content="A plot" />' in read(builds.book, "index")
    assert '<meta name="twitter:card" content="summary_large_image" />' in builds.github
    assert image in (builds.book / "_build" / "html" / "index.html").read_text("utf-8")


def test_a_description_has_whole_sentences_without_citations(builds):
    text = "The mean in a plot. It has “marks” &amp; more."
    for start in ('name="description"', 'property="og:description"'):
        assert f'<meta {start} content="{text}" />' in read(builds.book, "index")


def test_the_page_for_lost_readers_works_in_every_folder(builds):
    html = builds.book / "_build" / "html"
    page = (html / "404.html").read_text("utf-8")
    addresses = re.findall(r'\b(?:href|src|action|data-content_root)="([^"]*)"', page)
    local = [a for a in addresses if not a.startswith(("#", "https://", "data:"))]
    assert len(local) > 10
    assert [a for a in local if not a.startswith("/name/")] == []
    files = [html / a.removeprefix("/name/").partition("?")[0] for a in local]
    assert [file for file in files if not file.exists()] == []
    assert '<a href="/name/book/page.html">Page</a>' in page


def test_a_changed_definition_reaches_the_pages_that_show_it(builds):
    assert '<template id="define-term-mean"><p>Sum over number.</p>' in read(builds.book, "index")
    shown = re.search('<template id="define-term-square">.*?</template>', builds.github, re.S)[0]
    assert 'class="katex"' in shown
    assert 'href="glossary.html#term-mean"' in shown


def test_the_glossary_lists_the_pages_that_use_a_term(builds):
    uses = re.findall('<p class="used-in">.*</p>', read(builds.book, "glossary"))
    assert uses == [
        '<p class="used-in">At work in: <a class="reference internal"'
        ' href="page.html#use-of-square"><span>Page</span></a></p>'
    ]


def test_another_host_has_a_repository_button_only(builds):
    assert 'href="https://git.example.org/team/name"' in builds.elsewhere
    assert "colab.research" not in builds.elsewhere
    assert "mybinder" not in builds.elsewhere


def test_the_front_page_clones_from_the_address_and_promises_only_what_is_there(builds):
    assert [page.count("make lab") for page in builds.fronts] == [1, 1, 1]
    for text, found in (
        ("git clone", [0, 1, 1]),
        ("git clone https://git.example.org/team/name", [0, 1, 0]),
        ("git clone https://github.com/owner/name", [0, 0, 1]),
        ("<p>With an address.", [0, 1, 1]),
        ("<p>With a rocket.", [0, 0, 1]),
        ("<title>Front page</title>", [1, 1, 1]),
    ):
        assert [page.count(text) for page in builds.fronts] == found, text


def test_formula_that_cannot_be_read_is_an_error(builds):
    assert builds.broken.returncode != 0
    assert "book/index.md: WARNING: KaTeX parse error" in builds.broken.stderr
    assert "nosuchmacro" in builds.broken.stderr


def test_the_package_is_documented_without_being_imported(builds):
    assert 'id="lsdl_helpers.work.shown"' in builds.reference
    assert "nosuchpackage.Count" in builds.reference
    assert "hidden" not in builds.reference
    # Twice: in the list of what the package offers, and in the text of the function.
    assert builds.reference.count('title="lsdl_helpers.work.shown"') == 2
    assert builds.reference.count('title="lsdl_helpers.work.loaded_late"') == 1
