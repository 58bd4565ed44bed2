"""Corrections to a finished page: text in, text out, each with its reason.

Each of them leaves its own result alone, since a rebuild meets pages that it did not rewrite.
"""

import re
from pathlib import Path
from urllib.parse import unquote

import imagesize


def drop_thebe(html: str) -> str:
    """Take out what is left of thebe, which Jupyter Book adds even where it is switched off."""
    html = re.sub(r'\s*<script type="text/x-thebe-config">.*?</script>', "", html, flags=re.S)
    return re.sub(r"\s*<script>kernelName = [^<]*</script>", "", html)


def drop_icon_script(html: str) -> str:
    """Leave out Font Awesome's script (1.5 MB): the theme loads the same icons as fonts."""
    return re.sub(r"\s*<script[^>]*/fontawesome\.js[^>]*></script>", "", html)


def drop_search_index(html: str) -> str:
    """Load the search index where it is used: the theme puts it on every page."""
    if 'id="search-results"' in html:
        return html
    names = r"(?:searchtools|language_data|searchindex)\.js"
    return re.sub(rf'\s*<script[^>]* src="[^"]*{names}[^>]*></script>', "", html)


def defer_scripts(html: str) -> str:
    """Let no script in the head hold up the first paint.

    documentation_options.js stays as it is, because a script in the page uses it at once.
    """
    unhurried = r"<script(?![^>]*(?:defer|async|documentation_options))([^>]* src=)"
    return re.sub(unhurried, r"<script defer\1", html)


def drop_double_viewport(html: str) -> str:
    """Keep one of the three viewport lines that docutils, Sphinx and the theme each write."""
    first, *others = re.findall(r'<meta name="viewport"[^>]*>', html) or [""]
    for other in set(others) - {first}:
        html = html.replace(other, "")
    return html


def size_images(html: str, folder: Path) -> str:
    """Give each picture of the book its size, so that text does not jump, and load it late."""

    def sized(match: re.Match) -> str:
        tag, source = match.group(0), match.group(1)
        added = "" if "loading=" in tag else ' loading="lazy"'
        if not re.search(r"\b(?:width|height)[=:]", tag):
            width, height = imagesize.get(folder / unquote(source))
            added += f' width="{width}" height="{height}"' if width > 0 else ""
        return tag.replace("<img", "<img" + added, 1)

    return re.sub(r'<img[^>]* src="([^":]*_images/[^"]+)"[^>]*>', sized, html)


def name_controls(html: str) -> str:
    """Give controls names that match what is seen on them (WCAG 2.5.3 and 4.1.2).

    The search field hides its text behind a label, a folded input behind "Toggle hidden
    content", and the arrow of a folded list of pages has no name at all.
    """
    field = r'(<button class="btn search-button-field[^>]*?) aria-label="Search"'
    html = re.sub(field, r"\1", html)
    html = html.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    arrow = r'<summary>(?=\s*<span class="toctree-toggle")'
    return re.sub(arrow, '<summary aria-label="Pages of this part">', html)


def name_landmarks(html: str) -> str:
    """Put the logo and the search field of the sidebar into a landmark (axe: region)."""
    start = r'<div class="(sidebar-primary-items__start[^"]*)"'
    return re.sub(start, r'<div role="navigation" aria-label="Site" class="\1"', html)


def mend_tables(html: str) -> str:
    """Turn the empty corner of a table into a plain cell: an empty header announces nothing."""
    return re.sub(r"<th\b([^>]*)>(\s*(?:<p></p>)?\s*)</th>", r"<td\1>\2</td>", html)


def mend_bibliography(html: str) -> str:
    """Give entries the role that their list expects, for one that ARIA has withdrawn."""
    return html.replace('role="doc-biblioentry"', 'role="listitem"')


def reach_formulas(html: str) -> str:
    """Let the keyboard reach a displayed formula, which scrolls sideways on a phone."""
    return re.sub(r'<div class="math"(?! tabindex)', '<div class="math" tabindex="0"', html)


def redirect_page(title: str, address: str) -> str:
    """Return the page that sends the bare address of the site on to its front page.

    Jupyter Book's own lacks language, title and icon, so that a browser asks for /favicon.ico.
    """
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="0; url={address}"><link rel="icon" href="data:,">
</head><body><main><h1><a href="{address}">{title}</a></h1></main></body></html>
"""


def clean(html: str, folder: Path) -> str:
    """Apply all corrections to the page that stands in ``folder``."""
    steps = (drop_thebe, drop_icon_script, drop_search_index, defer_scripts)
    steps += (drop_double_viewport, name_controls, name_landmarks)
    steps += (mend_tables, mend_bibliography, reach_formulas)
    for step in steps:
        html = step(html)
    return size_images(html, folder)
