"""What search engines and shared links show of a page: its description, address and picture.

sphinxext.opengraph writes the tags; here it gets what it cannot know. Where the address of the
site is not known, no tag names one.
"""

import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from book._ext.definitions import GLOSSARY
from book._ext.repository import repository_address, site_address
from tools.notebook_form import files_in_order

LONGEST = 200  # characters of a description, if its first sentence is not longer
SENTENCE_ENDS = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
WITHOUT_TEXT = {
    GLOSSARY: "The terms of the course, each in a few sentences, with the pages that use it.",
    "book/bibliography": "The papers, books and data sheets that the course cites.",
}


def find_site(app: Sphinx, config: Config) -> None:
    """Tell Sphinx and opengraph the address of the site, if it is known."""
    repository = repository_address(Path(app.srcdir), config.lsdl_repository)
    config.html_baseurl = config.ogp_site_url = site_address(repository, config.html_baseurl)


def description(doctree: nodes.document) -> str:
    """Return the first sentences of a page, "" if it begins with a list or a table.

    Citations are left out, and of a formula its source is what can be read as text.
    """
    heading = doctree.next_node(nodes.title)
    paragraph = next((part for part in heading.parent if isinstance(part, nodes.paragraph)), None)
    if paragraph is None:
        return ""
    paragraph = paragraph.deepcopy()
    for part in list(paragraph.findall(nodes.inline)):
        if "bibtex-citation" in part["classes"]:
            part.parent.remove(part)
    text = re.sub(r"\s+(?=[.,;:?!])", "", " ".join(paragraph.astext().split()))
    kept, *others = SENTENCE_ENDS.split(text)
    for sentence in others:
        if len(kept) + 1 + len(sentence) > LONGEST:
            break
        kept = f"{kept} {sentence}"
    return kept


def described(app: Sphinx, pagename: str, doctree: nodes.document) -> str:
    """Return the description of a page; never "", and of solutions never that of others."""
    title = doctree.next_node(nodes.title).astext()
    text = WITHOUT_TEXT.get(pagename) or description(doctree)
    if not text:
        return f"{title}, from {app.config.project}."
    return f"{title}. {text}" if "/solutions/" in pagename else text


def first_picture(env: BuildEnvironment, docname: str) -> str:
    """Return the published name of the first picture of a page, "" if it has none.

    Drawings (SVG) do not count: those who show a shared link do not read them.
    """
    names = (name for pages, name in env.images.values() if docname in pages)
    return next((name for name in names if not name.endswith(".svg")), "")


def picture_tags(app: Sphinx, pagename: str, doctree: nodes.document) -> dict[str, str]:
    """Return the first picture of a page, or else of the book, as fields for opengraph."""
    files = [pagename, *files_in_order(Path(app.srcdir))]
    name = next(filter(None, (first_picture(app.env, file) for file in files)), "")
    if not (name and app.config.html_baseurl):
        return {}
    images = (i for i in doctree.findall(nodes.image) if i["uri"].rpartition("/")[2] == name)
    alt = next((escape(image["alt"]) for image in images if image.get("alt")), "")
    address = f"{app.config.html_baseurl}{app.builder.imagedir}/{quote(name)}"
    return {"og:image": address} | ({"og:image:alt": alt} if alt else {})


def describe_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give opengraph the description and the picture of a page."""
    if not doctree:
        return
    text, picture = described(app, pagename, doctree), picture_tags(app, pagename, doctree)
    context["meta"] = {**(context["meta"] or {}), "og:description": escape(text), **picture}
    card = "summary_large_image" if picture else "summary"
    context["metatags"] += f'<meta name="description" content="{escape(text)}" />\n'
    context["metatags"] += f'<meta name="twitter:card" content="{card}" />\n'


def drop_relative_address(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out the address that opengraph writes where it knows none: it must be absolute."""
    if not app.config.html_baseurl:
        tag = r'<meta property="og:url"[^>]*>\n?'
        context["metatags"] = re.sub(tag, "", context.get("metatags", ""))


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """List the pages of the book for search engines, if the address of the site is known."""
    if exception or app.builder.format != "html" or not app.config.html_baseurl:
        return
    pages = sorted(app.builder.get_target_uri(name) for name in app.env.found_docs)
    urls = "".join(f"<url><loc>{app.config.html_baseurl}{page}</loc></url>\n" for page in pages)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    sitemap = f'{head}<urlset xmlns="{space}">\n{urls}</urlset>\n'
    Path(app.outdir, "sitemap.xml").write_text(sitemap, "utf-8")


def set_up_metadata(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("config-inited", find_site)
    app.connect("html-page-context", describe_page, priority=400)  # before opengraph
    app.connect("html-page-context", drop_relative_address, priority=900)
    app.connect("build-finished", write_sitemap)
