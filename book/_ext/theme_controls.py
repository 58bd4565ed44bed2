"""The theme's controls, mended: colors and widths before the first paint, menus without JavaScript.

The script book/_assets/page.js does the rest, where there is JavaScript.
"""

import re

from sphinx.application import Sphinx

# The theme's own asks for the kept theme alone, and knows none on a first visit.
OWN = 'document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";'
CHOOSE = """\
document.documentElement.dataset.theme =
      ["light", "dark"].find(theme => theme == localStorage.getItem("mode")) ||
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");"""
# Where both menus stand on a page without JavaScript; book.css shows the links only there.
MENUS = """
<nav class="without-script" aria-label="Menus">
<a class="pages" href="#pst-primary-sidebar">Pages</a> {}</nav>"""
ON_PAGE = '<a href="#pst-page-toc-nav">On this page</a>'


def color_first_paint(html: str) -> str:
    """Choose light or dark before the first paint; without a script, light.

    No rule of the theme matches its own "auto", so that a page begins without any color, and
    stays so without JavaScript.
    """
    html = re.sub(r'(<html\b[^>]*) data-theme="auto"', r'\1 data-theme="light"', html)
    return html.replace(OWN, CHOOSE)


def link_menus(html: str) -> str:
    """Link to both menus, whose buttons are dead without JavaScript."""
    start = r'(<div class="header-article-items__start">)(?!\s*<nav class="without-script")'
    on_page = ON_PAGE if 'id="pst-page-toc-nav"' in html else ""
    return re.sub(start, lambda match: match[1] + MENUS.format(on_page), html)


def mark_width(html: str) -> str:
    """Mark a page without a column of contents at its start, so that its text gets the width.

    The column comes after the text: by CSS alone the text would jump when it is read.
    """
    if 'class="page-toc' in html:
        return html
    return html.replace('<div class="bd-content">', '<div class="bd-content without-contents">')


def mend_controls(html: str) -> str:
    """Apply all to a page."""
    return mark_width(link_menus(color_first_paint(html)))


def set_up_controls(app: Sphinx) -> None:
    """Load the script, once the page stands."""
    app.add_js_file("page.js", loading_method="defer")
