"""The list of pages beside the text: parts that fold, so that 33 chapters fit in it.

The theme folds the parts (show_navbar_depth) and lists what is below a page only where the reader
is (collapse_navbar); what it leaves open is done here.
"""

from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx

SOLUTIONS = "book/solutions/index"


def shorten_sidebar(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Correct the list that the theme makes for a page."""
    whole: Callable[..., BeautifulSoup] = context["generate_toctree_html"]
    here = "#" if pagename == SOLUTIONS else app.builder.get_relative_uri(pagename, SOLUTIONS)

    def shortened(*args: Any, **options: Any) -> BeautifulSoup:
        pages = whole(*args, **options)
        name_parts(pages)
        hide_solutions(pages, here)
        shorten_reference(pages)
        open_first_part(pages)
        mark_page(pages)
        return pages

    context["generate_toctree_html"] = shortened


def name_parts(pages: BeautifulSoup) -> None:
    """Let a part be named by its fold: as headings, the names would come before the page's own."""
    for caption in pages.select("p.caption"):
        caption.name = "span"
        for attribute in ("role", "aria-level"):
            caption.attrs.pop(attribute, None)


def hide_solutions(pages: BeautifulSoup, address: str) -> None:
    """List the page of solutions alone, also to a reader of a solution: the others are on it."""
    for link in pages.find_all("a", href=address):
        if isinstance(below := link.find_next_sibling(), Tag):
            below.decompose()
            link.parent["class"].remove("has-children")


def shorten_reference(pages: BeautifulSoup) -> None:
    """List of the package's parts those of the first level, and what is in the one being read."""
    links = pages.select("li.toctree-l2 > a")
    here = next((parts(link)[:1] for link in links if "current" in link["class"]), [])
    for link in links:
        if len(names := parts(link)) > 1 and names[:1] != here:
            link.parent.decompose()
        elif names:
            link.string = ".".join(names)


def parts(link: Tag) -> list[str]:
    """Return ["parallel", "data"] for a link to lsdl_helpers.parallel.data."""
    return link.text.split(".")[1:]


def open_first_part(pages: BeautifulSoup) -> None:
    """Open the first part where the page is in none: it shows that there are chapters in them."""
    folds = pages.select("li.toctree-l0 > details")
    if folds and not any(fold.has_attr("open") for fold in folds):
        folds[0]["open"] = "open"


def mark_page(pages: BeautifulSoup) -> None:
    """Say which of the pages the reader is on, to those who do not see its color."""
    for link in pages.select('a.current[href="#"]'):
        link["aria-current"] = "page"


def set_up_sidebar(app: Sphinx) -> None:
    """Connect the step above, after the theme has offered its list."""
    app.connect("html-page-context", shorten_sidebar, priority=900)
