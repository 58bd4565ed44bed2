"""What the pages weigh: bytes before figures, elements, the frames of explorers, idle files."""

import gzip
import html as entities
import json
import re
from pathlib import Path

import pytest

from book._ext import frames, needed_files
from tools.audit_page import embedded_bytes
from tools.notebook_form import ROOT, chapters_in_order

pytestmark = pytest.mark.slow

CHAPTERS = [p.relative_to(ROOT).with_suffix("").as_posix() for p in chapters_in_order()]
MOST_KIB, MOST_ELEMENTS, MOST_STATIC_MB = 250, 6000, 1.5
# A chapter fetches at most these, unless it needs a rare alphabet; `make audit` counts exactly.
FONTS = ("KaTeX_Main-Regular", "KaTeX_Math-Italic", "KaTeX_Size*", "fa-*")


def explorers(page: str) -> list[dict]:
    """Return what the explorers of a page, given as text, hold."""
    return [json.loads(entities.unescape(d)) for d in re.findall(r'data-explorer="([^"]*)"', page)]


def with_explorers(html: Path) -> list[Path]:
    return [p for p in sorted(html.glob("book/**/*.html")) if "data-explorer=" in p.read_text()]


def loaded(file: Path) -> set[Path]:
    """Return the style sheets, scripts and icons that a page or style sheet loads at once."""
    text = file.read_text("utf-8")
    tags = r"<(?:script|link rel=\"(?:stylesheet|icon)\")[^>]* (?:src|href)=\"([^\"#:]+)\""
    sheets = r"<link href=\"([^\"]+)\" rel=\"stylesheet\""
    found = re.findall(tags, text) + re.findall(sheets, text)
    if file.suffix == ".css":
        found = re.findall(r'@import "([^"]+)"', text)
    files = {(file.parent / name.partition("?")[0]).resolve() for name in found}
    return files.union(*(loaded(f) for f in files if f.suffix == ".css"))


def compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


def kib_before_figures(page: Path, html: Path) -> float:
    """Return what a page loads, without pictures."""
    fonts = [font for name in FONTS for font in html.glob(f"_static/**/{name}.woff2")]
    total = sum(map(compressed, loaded(page))) + sum(font.stat().st_size for font in fonts)
    return (total + compressed(page) - embedded_bytes(page.read_text("utf-8"))) / 1024


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_is_light(html, chapter):
    page = html / f"{chapter}.html"
    assert kib_before_figures(page, html) <= MOST_KIB
    assert len(re.findall("<[a-zA-Z]", page.read_text("utf-8"))) <= MOST_ELEMENTS


def test_no_page_holds_a_frame_but_the_first(html):
    for page in with_explorers(html):
        text = page.read_text("utf-8")
        sources = [frame["src"] for data in explorers(text) for frame in data["frames"]]
        assert [source for source in sources if not (page.parent / source).is_file()] == [], page
        assert text.count("data:image/") <= len(explorers(text)), page


def test_no_frame_is_published_that_no_page_shows(html):
    pages = "".join(page.read_text("utf-8") for page in with_explorers(html))
    published = [file.name for file in (html / frames.FOLDER).iterdir()]
    assert [name for name in published if name not in pages] == []


def test_nothing_is_published_that_nobody_loads(html):
    static = [file for file in (html / "_static").rglob("*") if file.is_file()]
    assert [f.name for f in static if f.suffix in (".map", ".ttf", ".po", ".mo")] == []
    assert [f.name for f in static if f.name in ("fontawesome.js", "design-tabs.js")] == []
    assert sum(file.stat().st_size for file in static) <= 1e6 * MOST_STATIC_MB


def test_the_sheet_that_every_page_waits_for_holds_what_the_site_shows(html):
    css = (html / "_static/styles/pydata-sphinx-theme.css").read_text("utf-8")
    assert len(css) <= 150_000
    assert ".accordion" not in css, "Bootstrap has it, the site has not"
    for part in (".btn", ".bd-sidebar-primary", ".bs-tooltip-auto", "@media print", "Licensed"):
        assert part in css


def test_code_has_no_element_that_looks_like_plain_code(html):
    page = (html / CHAPTERS[0]).with_suffix(".html").read_text("utf-8")
    code = "".join(re.findall(r'<div class="highlight"><pre>.*?</pre>', page, flags=re.S))
    assert code
    assert re.findall(r'<span class="(?:n|nn|p|w)">', code) == []
    assert re.findall(r'<span class="(\w+)">[^<]*</span>\s*<span class="\1">', code) == []


def test_names_in_code_have_the_color_of_code(browser, site):
    page = browser.new_page(color_scheme="dark")
    page.goto(site + CHAPTERS[0] + ".html")
    color = "e => getComputedStyle(e).color"
    code = page.locator(".cell_input .highlight").first
    assert code.locator("pre").evaluate(color) == code.evaluate(color)
    page.close()


FRAME = "data:image/webp;base64,UklGRg=="


def explorer_html(*sources: str) -> str:
    data = {"labels": [["a"]], "frames": [{"src": s, "alt": '"a" < b'} for s in sources]}
    data = entities.escape(json.dumps(data))
    return f'<div class="lsdl-explorer" data-explorer="{data}"><img src="{FRAME}"></div>'


def test_frames_become_files_once_and_old_ones_go(tmp_path):
    page = frames.store_frames(explorer_html(FRAME, FRAME), tmp_path / "book" / "a", tmp_path)
    [file] = (tmp_path / frames.FOLDER).iterdir()
    first, second = explorers(page)[0]["frames"]
    assert first["src"] == second["src"] == f"../../_images/explorer/{file.name}"
    assert file.read_bytes() == b"RIFF"
    assert first["alt"] == '"a" < b'
    assert frames.store_frames(page, tmp_path / "book" / "a", tmp_path) == page
    frames.drop_old_frames(tmp_path, [page])
    assert file.exists()
    frames.drop_old_frames(tmp_path, ["<p>"])
    assert not file.exists()


def test_files_that_no_page_names_go(tmp_path):
    texts = {
        "a.css": "p { background: url(b.svg) } /*# sourceMappingURL=a.css.map */",
        "b.svg": "c.css",
        "c.css": "",
        "a.css.map": "",
        "d.js": "e.js\n//# sourceMappingURL=d.js.map",
        "d.js.map": "",
        "e.js": "",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    pages = ['<link href="_static/a.css?v=1">', '<script src="_static/d.js">']
    for _ in range(2):  # a rebuild changes nothing
        needed_files.drop_unused_files(tmp_path, pages)
        left = {file.name for file in tmp_path.iterdir()}
        assert left == {"a.css", "b.svg", "d.js", "e.js"}
    assert "sourceMapping" not in (tmp_path / "a.css").read_text() + (tmp_path / "d.js").read_text()


@pytest.mark.parametrize(("mark", "is_kept"), [("sd-card", True), ("cards", False)])
def test_style_sheets_of_what_a_page_has_not_are_not_loaded(mark, is_kept):
    sheet = '<link rel="stylesheet" type="text/css" href="../_static/sphinx-design.min.css?v=1" />'
    page = f'<head>{sheet}</head><p class="a {mark}">'
    assert (sheet in needed_files.drop_unneeded(page)) == is_kept


SHIFTS = """window.shifted = 0; new PerformanceObserver(list => {
    for (const shift of list.getEntries()) shifted += shift.value
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.mark.parametrize("width", [390, 1350])
def test_text_does_not_jump_while_a_page_loads(browser, site, width):
    for name in ("book/index.html", "book/models/vgg.html", "book/gpu/timing.html"):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.add_init_script(SHIFTS)
        page.goto(site + name, wait_until="networkidle")
        assert page.evaluate("shifted") < 0.05, name
        page.close()
