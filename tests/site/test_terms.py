"""Terms and citations show what they mean on the spot, and the glossary leads back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.site.test_in_browser import set_theme
from tests.site.test_links import parse

CHAPTER = "book/models/cost.html"
TERM = ".bd-article a[href$='glossary.html#term-roofline']"
CITATION = ".bd-article a[href*='bibliography.html#']"
BOX = ".definition"
LONGEST = 70  # words that a phone shows beside the text


def opened(browser: Browser, address: str, **settings: object) -> Iterator[Page]:
    with browser.new_context(**settings) as context:
        page = context.new_page()
        page.set_default_timeout(5000)
        page.goto(address)
        if page.locator("html.guessing").count():
            page.get_by_role("button", name="Show everything").click()
            page.mouse.move(1, 1)
        yield page


@pytest.fixture
def wide(browser, site):
    yield from opened(browser, site + CHAPTER, viewport={"width": 1280, "height": 800})


@pytest.fixture
def phone(browser, site):
    settings = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    yield from opened(browser, site + CHAPTER, **settings)


def lies_on_the_screen(page: Page) -> bool:
    edges = "e => { const r = e.getBoundingClientRect(); return"
    edges += " r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight }"
    return page.locator(BOX).evaluate(edges)


def test_pointer_opens_a_definition_can_go_into_it_and_leaves_it(wide):
    wide.locator(TERM).first.hover()
    box = wide.locator(BOX)
    box.get_by_text("its memory traffic").wait_for()
    box.get_by_role("link", name="In the glossary").hover()
    wide.wait_for_timeout(500)
    assert box.is_visible()
    wide.mouse.move(1200, 5)
    box.wait_for(state="hidden")


def test_keys_open_and_close_a_definition(wide):
    term = wide.locator(TERM).first
    term.focus()
    box = wide.locator(BOX)
    assert box.is_visible()
    assert term.get_attribute("aria-describedby") == box.get_attribute("id")
    wide.keyboard.press("Tab")
    assert box.locator(":focus").inner_text() == "peak"  # the first link of this definition
    wide.keyboard.press("Escape")
    assert box.count() == 0
    assert term.evaluate("e => e === document.activeElement && !e.ariaDescribedBy")
    wide.keyboard.press("Shift+Tab")
    wide.keyboard.press("Tab")
    assert box.is_visible()
    wide.keyboard.press("Enter")
    wide.wait_for_url("**/glossary.html#term-roofline")


def test_first_tap_shows_the_definition_and_stays_on_the_page(phone):
    term, box = phone.locator(TERM).first, phone.locator(BOX)
    term.tap()
    assert box.is_visible()
    assert phone.url.endswith(CHAPTER)
    assert lies_on_the_screen(phone)
    phone.locator(".bd-article h1").dispatch_event("pointerdown", {"pointerType": "touch"})
    assert box.count() == 0
    term.tap()
    box.get_by_role("link", name="In the glossary").tap()
    phone.wait_for_url("**/glossary.html#term-roofline")


def test_every_definition_lies_on_the_screen_of_a_phone(phone):
    links = phone.locator(".bd-article a:has(> .std-term):visible").all()
    assert len(links) > 5
    for link in links:
        link.focus()
        assert lies_on_the_screen(phone), link.inner_text()


def test_a_definition_follows_its_term_when_the_text_moves(wide):
    term, box = wide.locator(TERM).first, wide.locator(BOX)
    term.focus()
    before = box.bounding_box()["y"] - term.bounding_box()["y"]
    wide.evaluate("document.querySelector('.bd-article h1').style.paddingBottom = '90px'")
    wide.wait_for_function("document.querySelector('.bd-article h1').offsetHeight > 90")
    wide.wait_for_timeout(100)
    assert box.bounding_box()["y"] - term.bounding_box()["y"] == pytest.approx(before, abs=1)


def test_a_citation_shows_its_source(wide):
    wide.locator(CITATION).get_by_text("Williams et al., 2009", exact=True).first.focus()
    assert "Roofline: an insightful" in wide.locator(BOX).inner_text()
    assert wide.locator(BOX).get_by_role("link", name="In the bibliography").is_visible()


def test_a_definition_can_be_read_by_all(phone):
    phone.locator(TERM).first.focus()
    for scheme in ("light", "dark"):
        set_theme(phone, scheme)
        result = Axe().run(phone, context=BOX, options={"resultTypes": ["violations"]})
        assert result.violations_count == 0, result.generate_report()


def test_without_javascript_a_term_leads_to_the_glossary(browser, site):
    for page in opened(browser, site + CHAPTER, java_script_enabled=False):
        page.locator(TERM).first.click()
        page.wait_for_url("**/glossary.html#term-roofline")


def chapters(html: Path) -> list[Path]:
    return [page for page in (html / "book").glob("*/*.html") if "solutions" not in page.parts]


def test_every_term_of_a_page_has_its_definition_on_the_page(html):
    used = r'glossary\.html#(term-[^"]*)"'
    for page in (html / "book").rglob("*.html"):
        text = page.read_text("utf-8")
        read = re.sub("<template.*?</template>", "", text, flags=re.S)
        missing = [term for term in re.findall(used, read) if f'"define-{term}"' not in text]
        assert missing == [], page


def test_a_definition_is_short(html):
    for page in chapters(html):
        for text in re.findall(r"<template id=.*?</template>", page.read_text("utf-8"), re.S):
            text = re.sub(r'<span class="katex-html".*|<[^>]*>', " ", text)
            assert len(text.split()) <= LONGEST, text


def test_the_glossary_leads_back_to_the_first_use(html):
    links = parse(html / "book" / "glossary.html").links
    uses = [link for link in links if "#use-of-" in link]
    assert "models/cost.html#use-of-roofline" in uses
    assert "/solutions/" not in " ".join(uses)
    entries = (html / "book" / "glossary.html").read_text("utf-8").split("<dt id=")[1:]
    leading_back = {e.split('"')[1] for e in entries if '<p class="used-in">At work in: <a' in e}
    used = r'<template id="define-(term-[^"]*)"'
    texts = [page.read_text("utf-8") for page in chapters(html)]
    assert leading_back >= {term for text in texts for term in re.findall(used, text)}
    assert len(leading_back) > 50


def test_the_script_is_small_and_only_where_it_is_used(html):
    assert (html / "_static" / "terms.js").stat().st_size < 3000
    assert "terms.js" in (html / CHAPTER).read_text("utf-8")
    assert "terms.js" not in (html / "book" / "runs.html").read_text("utf-8")


def test_every_chapter_links_to_another(html):
    pages = chapters(html)
    names = {page.name for page in pages}
    assert len(pages) >= 12
    for page in pages:
        article = re.search(r"<article.*</article>", page.read_text("utf-8"), re.S)[0]
        linked = {Path(link).name for link in re.findall(r'internal" href="([^"#]*)"', article)}
        assert linked & names - {page.name}, page.name
