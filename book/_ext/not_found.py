"""The page 404.html, which a server such as GitHub Pages sends for an unknown address."""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from tools.notebook_form import chapters_in_order

PAGE = "404"
TEXT = """\
<h1>Page not found</h1>
<p>No page of this course has this address. It may have moved since somebody wrote the link. Start
at the <a href="{front}">front page</a>, <a href="search.html">search</a> for what you need, or
choose a chapter:</p>
<ul>
{chapters}
</ul>
"""


def make_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page: where to start, where to search, and the chapters."""
    chapters = []
    for path in chapters_in_order(Path(app.srcdir)):
        name = path.relative_to(app.srcdir).with_suffix("").as_posix()
        title = escape(app.env.titles[name].astext())
        chapters.append(f'<li><a href="{app.builder.get_target_uri(name)}">{title}</a></li>')
    front = app.builder.get_target_uri(app.config.root_doc)
    body = TEXT.format(front=front, chapters="\n".join(chapters))
    yield PAGE, {"title": "Page not found", "body": body}, "page.html"


def from_the_root(html: str, folder: str) -> str:
    """Let all addresses of a page begin at the root of its host, below which is ``folder``.

    >>> from_the_root('<a href="search.html"><a href="#top">', "/name/")
    '<a href="/name/search.html"><a href="#top">'
    """
    relative = r'\b(href|src|action|data-content_root)="(?:\./)?(?![a-z]+:|/|#)'
    return re.sub(relative, rf'\1="{folder}', html)


def root_addresses(app: Sphinx, exception: Exception | None) -> None:
    """Let the page work for an address in any folder, if the address of the site is known."""
    page = Path(app.outdir, f"{PAGE}.html")
    if app.config.html_baseurl and not exception and page.exists():
        folder = urlsplit(app.config.html_baseurl).path
        page.write_text(from_the_root(page.read_text("utf-8"), folder), "utf-8")


def set_up_not_found(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("html-collect-pages", make_page)
    app.connect("build-finished", root_addresses, priority=900)  # after all other corrections
