"""Every page in a real browser, wide and on a phone; contrast where every kind of element stands.

A page is loaded once: its screen is then narrowed, and its colors are made dark.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tools.notebook_form import ROOT, files_in_order

pytestmark = pytest.mark.slow

HTML = ROOT / "_build" / "html"
API = sorted(str(page.relative_to(HTML)) for page in HTML.glob("book/api/*/*/**/*.html"))
# index.html sends the visitor on to the front page.
SPECIAL = ("index.html", "search.html", "genindex.html", "404.html")
PAGES = (*SPECIAL, *(f"{f}.html" for f in files_in_order()))
# Contrast is a property of the palette, and takes longer than all other rules together.
CONTRAST = (
    "book/index.html",
    "book/models/classify.html",  # code, tables, figures, an explorer, exercises
    "book/solutions/models/classify.html",
    "book/your_ledger.html",
    "book/glossary.html",
    "book/bibliography.html",
    "book/api.html",
    "book/api/lsdl_helpers/gpu/index.html",
    "search.html",
)
# Of code and formulas only the color of a letter can be wrong, and they are most of a page.
FLATTEN = """document.querySelectorAll(
    ".highlight pre, .katex-html, .sig-param:not(:has(a))"
).forEach(part => { part.textContent = part.textContent })"""
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass
class Visit:
    """One page as it was loaded: what it asked for and what went wrong."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """One who goes from page to page, and has in store what the pages share."""
    with browser.new_context(viewport=WIDE, color_scheme="light") as context:
        yield context


def load(reader: BrowserContext, address: str) -> Visit:
    """Open a page and write down its requests and errors."""
    page = reader.new_page()
    visit = Visit(page)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda m: visit.errors.append(m.text) if m.type == "error" else None)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return visit


def leaving(visit: Visit, site: str) -> list[str]:
    """Return the requests that leave the host."""
    return [url for url in visit.requests if not url.startswith((site, "data:"))]


def too_wide(page: Page) -> list[str]:
    """Return the classes of what reaches over the right edge, if the page scrolls sideways."""
    wide = "[...document.querySelectorAll('body *')].filter(e =>"
    wide += " e.getBoundingClientRect().right > innerWidth + 1).map(e => `${e.className}`)"
    over = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return page.evaluate(wide) if over else []


def search_boxes(page: Page) -> int:
    boxes = page.locator("input[type=search], button.search-button__button")
    return sum(box.is_visible() for box in boxes.all())


def set_theme(page: Page, scheme: str) -> None:
    """Let the reader prefer light or dark, and wait until the page has followed."""
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'", timeout=5000)


def violations(page: Page, *, contrast: bool = False) -> str:
    """Return axe's report on contrast alone or on everything else, "" where all is well."""
    # What is folded must hold as well, once it has faded in.
    if page.locator("html.guessing").count():
        page.get_by_role("button", name="Show everything").click()
        page.wait_for_timeout(500)  # the theme waits 300 ms, then lets keys reach what scrolls
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
    if not contrast:
        page.evaluate(FLATTEN)
    rules = {"runOnly": ["color-contrast"]} if contrast else {}
    rules |= {"rules": {"color-contrast": {"enabled": contrast}}}
    result = Axe().run(page, options=rules | {"resultTypes": ["violations"]})
    return result.generate_report() if result.violations_count else ""


@pytest.fixture(scope="module", params=dict.fromkeys((*PAGES, *API)))
def visit(request, reader, site):
    visit = load(reader, site + request.param)
    yield visit
    visit.page.close()


def test_no_request_leaves_the_host_and_no_error(visit, site):
    """Light, and when it turns dark and light again."""
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "light"
    for scheme in ("dark", "light"):
        set_theme(visit.page, scheme)
    assert leaving(visit, site) == []
    assert visit.errors == []  # axe, which comes later, makes some of its own


def test_page_fits_a_wide_screen_and_can_be_used_by_all(visit):
    assert too_wide(visit.page) == []
    assert search_boxes(visit.page) == 1
    assert violations(visit.page) == ""


def test_page_fits_a_phone_and_can_be_used_by_all(visit):
    visit.page.set_viewport_size(PHONE)
    visit.page.wait_for_timeout(500)  # the theme waits 300 ms, then lets keys reach what scrolls
    assert too_wide(visit.page) == []
    assert search_boxes(visit.page) == 1
    assert violations(visit.page) == ""


@pytest.mark.parametrize("name", CONTRAST)
def test_contrast(reader, site, name):
    page = load(reader, site + name).page
    for scheme in ("light", "dark"):
        set_theme(page, scheme)
        assert violations(page, contrast=True) == ""
    page.close()


def test_each_check_finds_what_it_is_for(reader, site):
    visit = load(reader, site + "search.html")
    page = visit.page
    assert (leaving(visit, site), visit.errors) == ([], [])
    assert (too_wide(page), search_boxes(page), violations(page)) == ([], 1, "")
    page.evaluate("""() => {
        document.querySelector("main").insertAdjacentHTML("beforeend",
            `<img src="http://127.0.0.1:9/x.png"><input type="search">
            <p style="color: #999; background: #aaa">faint</p>
            <p class="long" style="width: 2000px">long</p>`)
        setTimeout(() => { throw Error("thrown") })
    }""")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert "long" in too_wide(page)
    assert search_boxes(page) == 2
    assert leaving(visit, site) == ["http://127.0.0.1:9/x.png"]
    assert any("thrown" in error for error in visit.errors)
    assert "image-alt" in violations(page)
    assert "color-contrast" in violations(page, contrast=True)
    page.close()


def test_search_from_a_chapter(browser, site):
    page = browser.new_page()
    page.goto(site + "book/models/vgg.html")
    page.locator("button.search-button-field").click()
    page.keyboard.type("convolution")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for(timeout=10_000)
    assert "search.html" in page.url
    page.close()


def test_search_finds_a_function_of_the_package(browser, site):
    page = browser.new_page()
    page.goto(site + "search.html?q=ring_all_reduce")
    anchor = "collectives.all_reduce.ring_all_reduce"
    link = page.locator(f"#search-results li a[href*='collectives/index.html#'][href$='{anchor}']")
    link.wait_for(timeout=10_000)
    page.close()


def test_measurement_is_folded_until_asked_for(browser, site):
    page = browser.new_page()
    page.goto(site + "book/models/vgg.html")
    page.get_by_role("button", name="Show without guessing").first.click()
    fold = page.locator("details.measurement:visible").first
    output = fold.locator(".cell_output").first
    assert not output.is_visible()
    fold.get_by_text("Show the measurement").click()
    assert output.is_visible()
    page.close()
