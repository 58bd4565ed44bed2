"""The built pages as text: every link inside the site has a target, and nothing else is loaded."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """The addresses and anchors of a page; ``loaded`` are those that a browser fetches itself."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.anchors |= {values.get("id"), values.get("name")} - {None}
        if address := values.get("href") or values.get("src"):
            self.links.add(address)
            if tag not in ("a", "form"):
                self.loaded.add(address)


parse = cache(Page)


def pages(html: Path) -> list[Path]:
    return [page for page in html.rglob("*.html") if "_static" not in page.parts]


def broken_links(page: Path) -> set[str]:
    """Return the links of a page whose file or anchor does not exist."""
    broken = set()
    for link in parse(page).links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_file():
            broken.add(link)
        elif parts.fragment and target.suffix == ".html":
            exists = unquote(parts.fragment) in parse(target).anchors
            broken |= set() if exists else {link}
    return broken


def test_links_inside_the_site_have_targets(html):
    assert {page.name: broken for page in pages(html) if (broken := broken_links(page))} == {}


def test_nothing_is_loaded_from_elsewhere(html):
    loaded = {address for page in pages(html) for address in parse(page).loaded}
    assert {address for address in loaded if urlsplit(address).netloc} == set()


def test_style_sheets_load_nothing_from_elsewhere(html):
    sheets = "".join(sheet.read_text("utf-8") for sheet in html.rglob("*.css"))
    sheets = re.sub(r"/\*.*?\*/", "", sheets, flags=re.S)
    assert re.findall(r"url\(\s*[\"']?(?:https?:)?//[^)]*|@import[^;]*//[^;]*", sheets) == []


UNWANTED = ["thebe", "katex-error", "fontawesome.js", "executablebooks", 'href="http://"']


@pytest.mark.parametrize("word", UNWANTED)
def test_pages_are_free_of(html, word):
    assert [page.name for page in pages(html) if word in page.read_text("utf-8").lower()] == []


def test_every_page_has_a_description(html):
    written = [page for page in pages(html) if page.is_relative_to(html / "book")]
    assert [p.name for p in written if '<meta name="description"' not in p.read_text("utf-8")] == []


@pytest.mark.parametrize(
    ("link", "sound"),
    [("other.html#there", True), ("other.html#gone", False), ("gone.html", False), ("#x", False)],
)
def test_broken_links_are_found(tmp_path, link, sound):
    (tmp_path / "other.html").write_text('<p id="there">')
    (tmp_path / "page.html").write_text(f'<a href="{link}">')
    assert broken_links(tmp_path / "page.html") == (set() if sound else {link})
