"""Every chapter on paper, and its PDF: all that was measured, whole, and no controls."""

import importlib.util
import re
import unicodedata
from types import SimpleNamespace

import nbformat
import pytest

from book._ext.guess_box import as_text
from book._ext.pdf_link import link_pdf
from tests.site.conftest import lacking
from tools import pdf
from tools.guesses import last_entries
from tools.notebook_form import ROOT

pytestmark = pytest.mark.slow

A4 = {"width": 680, "height": 1010}  # in CSS pixels, without the margins
# What must be on paper and is not, is torn or cut; what must not be and is.
LOOK = """() => {
    const all = query => [...document.querySelectorAll(query)]
    const seen = e => e.checkVisibility({ checkOpacity: true, contentVisibilityAuto: true })
    const boxes = ".bd-article :is(pre, tr, img, .admonition, .cell_input, .output, .math)"
    return {
        hidden: all(".bd-article :is(table, pre, img, .cell_output)").filter(e => !seen(e)).length,
        torn: all(boxes).filter(e => getComputedStyle(e).breakInside != "avoid").length,
        cut: all(".bd-article :is(table, pre, img)")
            .filter(e => e.scrollWidth > e.clientWidth + 1 && e.tagName == "PRE"
                || e.getBoundingClientRect().right > innerWidth + 1).length,
        controls: all("button, input, select, summary, dialog, .bd-sidebar, .guess, .headerlink")
            .filter(e => seen(e)).map(e => e.outerHTML.slice(0, 100)),
        title: seen(document.querySelector(".bd-article h1")),
    }
}"""


@pytest.mark.parametrize("name", pdf.chapters())
def test_paper_shows_all_and_no_controls(browser, site, name):
    page = browser.new_page(viewport=A4)
    page.goto(site + name, wait_until="domcontentloaded")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    found = page.evaluate(LOOK)
    assert found == {"hidden": 0, "torn": 0, "cut": 0, "controls": [], "title": True}
    page.close()


def test_after_printing_the_page_is_as_before(browser, site):
    page = browser.new_page(color_scheme="dark")
    page.goto(site + "book/models/vgg.html")
    state = "[document.documentElement.dataset.theme,"
    state += " document.querySelectorAll('article [open]').length]"
    assert page.evaluate(state) == ["dark", 0]
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    theme, opened = page.evaluate(state)
    assert theme == "light"
    assert opened > 5
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(state) == ["dark", 0]
    page.close()


def test_without_javascript_paper_shows_what_is_folded(browser, site):
    with browser.new_context(java_script_enabled=False, viewport=A4) as context:
        page = context.new_page()
        page.goto(site + "book/models/vgg.html")
        page.emulate_media(media="print")
        tables = page.locator(".measurement table")
        assert tables.count() > 0
        assert all(table.is_visible() for table in tables.all())


def text_of(file):
    if importlib.util.find_spec("pypdf") is None:
        lacking("no pypdf", "pip install pypdf")
    import pypdf

    reader = pypdf.PdfReader(file)
    return reader, [squeezed(page.extract_text()) for page in reader.pages]


def squeezed(text):
    """Return the text as a PDF keeps it: without spaces, a ligature as its letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def cells_of_ledgers(notebook):
    """Yield the cells of each stored table that has a column of measurements."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            if "<th>measured</th>" in html:
                yield from re.findall(r"<td>(.*?)</td>", html)


@pytest.mark.parametrize("name", [
    "book/parallel/data_parallel.html",  # seven ledgers
    "book/dynamic/cascades.html",  # wide tables, an explorer
])  # fmt: skip
def test_a_pdf_holds_every_measured_value(browser, site, tmp_path, name):
    file = tmp_path / "chapter.pdf"
    page = browser.new_page()
    pdf.print_page(page, site + name, file)
    title = squeezed(page.title())
    page.close()
    reader, pages = text_of(file)
    text = "".join(pages)
    notebook = nbformat.read((ROOT / name).with_suffix(".ipynb"), as_version=4)
    wanted = [as_text(entry, "measured") for entry in last_entries(notebook.cells).values()]
    wanted += cells_of_ledgers(notebook)
    assert len(wanted) > 10
    assert [value for value in wanted if squeezed(value) not in text] == []
    for k, page in enumerate(pages, 1):
        assert f"{k}of{len(pages)}" in page
        assert title in page
    assert reader.pages[0].mediabox.width == pytest.approx(595, abs=1)  # A4
    links = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert not [link for link in links if "127.0.0.1" in str(link.get("/A", {}).get("/URI"))]
    assert file.stat().st_size < 4e6


PAGE = """<!DOCTYPE html><html lang="en"><title>A &amp; B</title><body><ul>
<li>
<button onclick="window.print()" title="Print to PDF"><span class="btn__text-container">.pdf</span>
</button></li></ul><p>VALUE 42</p>{}</body></html>
"""


def test_the_page_links_its_pdf_while_there_is_one(browser, tmp_path):
    page, file = tmp_path / "one.html", tmp_path / "one.pdf"
    page.write_text(PAGE.format(""))
    pdf.write_pdfs(browser, tmp_path, ["one.html"])
    linked = page.read_text()
    assert '<a href="one.pdf" download' in linked
    assert ">Print</span>" in linked
    assert link_pdf(linked, page) == linked
    assert link_pdf(PAGE.format(""), page) == linked  # written anew by a rebuild
    assert "VALUE42" in text_of(file)[1][0]
    file.unlink()
    assert "one.pdf" not in link_pdf(linked, page)


def test_what_is_missing_is_named(browser, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.html is not in the built site.*make book"):
        pdf.write_pdfs(browser, tmp_path, ["no.html"])
    (tmp_path / "one.html").write_text(PAGE.format('<img src="lost.png" alt="">'))
    with pytest.raises(ValueError, match=r"do not load: .*lost\.png"):
        pdf.write_pdfs(browser, tmp_path, ["one.html"])
    assert not (tmp_path / "one.pdf").exists()


def test_without_chromium_it_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(pdf, "chromium", lambda: None)
    driver = SimpleNamespace(chromium=SimpleNamespace(executable_path="/none/chrome"))
    with pytest.raises(FileNotFoundError, match="no Chromium; to get it: apt-get install"):
        pdf.browser_path(driver)
