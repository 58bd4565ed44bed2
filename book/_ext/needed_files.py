"""Nothing is loaded that a page does not use, and nothing is published that no page loads."""

import re
from collections.abc import Iterable
from pathlib import Path

# Sphinx adds the files of an extension to every page. A page needs those named at the left
# where one of its class attributes matches what stands at the right.
_USED_BY = {
    r"sphinx-design\.min\.css": r"\bsd-",
    r"design-tabs\.js": r"\bsd-tab-",
    r"togglebutton\.(?:css|js)": r"(?:^| )toggle(?: |$)|\badmonition .*\bdropdown\b",
    r"katex(?:\.min|-math)\.css": r"\bkatex\b",
    r"graphviz\.css": r"\bgraphviz\b",
    r"exercise\.css": r"\b(?:exercise|solution)\b",
    r"(?:copybutton\.css|copybutton\.js|clipboard\.min\.js)": r"\bhighlight\b",
}


def drop_unneeded(html: str) -> str:
    """Take out of a page the style sheets and scripts of extensions that it does not use."""
    classes = set(re.findall(r'class="([^"]*)"', html))
    for name, mark in _USED_BY.items():
        if not any(re.search(mark, value) for value in classes):
            sheet = rf'<link rel="stylesheet"[^>]* href="[^"]*/{name}[^>]*>'
            script = rf'<script[^>]* src="[^"]*/{name}[^>]*></script>'
            html = re.sub(rf"\s*(?:{sheet}|{script})", "", html)
    return html


def drop_unused_files(static: Path, pages: Iterable[str]) -> None:
    """Delete the files under ``static`` that no page names, given as text, nor what it loads.

    Maps of minified files are of use to the authors of the theme alone.
    """
    files = {file for file in static.rglob("*") if file.is_file()}
    needed: set[Path] = set()
    found = set().union(*map(names, pages))
    while new := {file for file in files - needed if file.name in found}:
        needed |= new
        found |= set().union(*(names(without_map(f)) for f in new if f.suffix in (".css", ".js")))
    for file in files - needed:
        file.unlink()


def names(text: str) -> set[str]:
    """Return what may be the name of a file in a page, style sheet or script."""
    return set(re.findall(r"[\w@~-][\w.@~-]*\.\w+", text))


def without_map(file: Path) -> str:
    """Take the address of its map out of a minified file; return what is left."""
    before = file.read_text("utf-8")
    after = re.sub(r"\s*/[/*]# sourceMappingURL=\S+(?: \*/)?", "", before)
    if after != before:
        file.write_text(after, "utf-8")
    return after
