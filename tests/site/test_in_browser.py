"""Every kind of page in a real browser: light, dark and on a phone."""

import itertools
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from notebook_form import files_in_order
from playwright.sync_api import Page

pytestmark = pytest.mark.slow

# index.html sends the visitor on to the front page.
PAGES = ("index.html", "search.html", "genindex.html", *(f"{f}.html" for f in files_in_order()))
SCREENS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}


@dataclass
class Visit:
    """One page as it was loaded: what it asked for and what went wrong."""

    page: Page
    screen: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def load(page: Page, address: str, screen: str) -> Visit:
    """Open a page and write down its requests and errors."""
    visit = Visit(page, screen)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda m: visit.errors.append(m.text) if m.type == "error" else None)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return visit


@pytest.fixture(
    scope="module", params=itertools.product(PAGES, SCREENS), ids=lambda p: f"{p[0]}-{p[1]}"
)
def visit(request, browser, site):
    name, screen = request.param
    context = browser.new_context(**SCREENS[screen])
    yield load(context.new_page(), site + name, screen)
    context.close()


def test_no_request_leaves_the_host(visit, site):
    assert [url for url in visit.requests if not url.startswith((site, "data:"))] == []


def test_no_error(visit):
    assert visit.errors == []


def test_no_horizontal_overflow(visit):
    wide = "[...document.querySelectorAll('body *')].filter(e =>"
    wide += " e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
    width = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, visit.page.evaluate(wide)


def test_one_search_box(visit):
    boxes = visit.page.locator("input[type=search], button.search-button__button")
    assert sum(box.is_visible() for box in boxes.all()) == 1


def test_no_accessibility_violation(visit):
    # What is folded must hold as well, once it has faded in.
    visit.page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    visit.page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
    theme = SCREENS[visit.screen]["color_scheme"]
    assert visit.page.evaluate("document.documentElement.dataset.theme") == theme
    # Contrast takes most of the time, and a phone shows the colors of the light screen.
    contrast = {"color-contrast": {"enabled": visit.screen != "phone"}}
    result = Axe().run(visit.page, options={"rules": contrast})
    assert result.violations_count == 0, result.generate_report()


def test_search_from_a_chapter(browser, site):
    page = browser.new_page()
    page.goto(site + "book/models/vgg.html")
    page.locator("button.search-button-field").click()
    page.keyboard.type("convolution")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for(timeout=10_000)
    assert "search.html" in page.url
    page.close()


def test_measurement_is_folded_until_asked_for(browser, site):
    page = browser.new_page()
    page.goto(site + "book/models/vgg.html")
    fold = page.locator("details.hide").first
    output = fold.locator(".cell_output")
    assert not output.is_visible()
    fold.get_by_text("Show the measurement").click()
    assert output.is_visible()
    page.close()
