"""The list of pages: short, folded, without solutions, for the keyboard, and without a script."""

import pytest
from playwright.sync_api import Browser, Page

from tools.notebook_form import chapters_in_order

pytestmark = pytest.mark.slow

SCREEN = {"width": 1280, "height": 800}
# The course as it is planned: 33 chapters, these in each part, with the longest titles of today.
PLANNED = (2, 6, 3, 4, 7, 4, 4, 3)
PLANT = """planned => planned.forEach((count, k) => {
    const part = document.querySelectorAll("#pst-primary-sidebar ul.bd-sidenav")[k]
    while (part.children.length < count) {
        const added = part.appendChild(part.lastElementChild.cloneNode(true))
        added.querySelector("a").textContent = "33. Model compression"
    }
})"""
HEIGHT = "document.getElementById('pst-primary-sidebar').scrollHeight"
NAV = "nav.bd-docs-nav"
NUM_CHAPTERS = len(chapters_in_order())
LAST = f"{NUM_CHAPTERS}. Number formats"


@pytest.fixture(scope="module")
def page(browser: Browser, site: str):
    with browser.new_context(viewport=SCREEN, base_url=site) as context:
        yield context.new_page()


def listed(page: Page) -> list[str]:
    """Return what a reader sees in the list of pages, folds as they are."""
    links = page.locator(f"{NAV} :is(summary, a)").filter(visible=True)
    return [text for text in links.all_inner_texts() if text]


@pytest.mark.parametrize(
    "name",
    [
        "book/index.html",
        "book/parallel/data_parallel.html",  # of the longest part
        "book/solutions/models/vgg.html",
        "book/api/lsdl_helpers/parallel/model/index.html",
    ],
)
def test_33_chapters_fit_in_a_screen_and_a_half(page, name):
    page.goto(name)
    page.evaluate(PLANT, PLANNED)
    assert page.locator("ul.bd-sidenav > li").count() == sum(PLANNED) + 6
    assert page.evaluate(HEIGHT) <= 1.5 * SCREEN["height"]


def test_the_part_of_the_page_is_open_and_its_chapters_are_short_and_numbered(page):
    page.goto("book/models/vgg.html")
    assert listed(page)[1:5] == [
        "Large networks taken apart", "3. VGG", "4. ResNet", "5. Inception",
    ]  # fmt: skip
    assert page.locator(f"{NAV} details[open]").count() == 1
    assert page.locator("[aria-current=page]").inner_text() == "3. VGG"


def test_chapters_count_through_all_parts(page):
    page.goto("book/index.html")
    names = page.locator(f"{NAV} ul.bd-sidenav a").all_text_contents()
    chapters = [name for name in names if name[0].isdigit()]
    assert [name.split(".")[0] for name in chapters] == [str(k + 1) for k in range(NUM_CHAPTERS)]
    assert listed(page)[:2] == ["Why networks must be large", "1. Scale"]


def test_solutions_stand_on_one_page(page):
    for name in ("index.html", "models/vgg.html"):
        page.goto(f"book/solutions/{name}")
        solutions = [entry for entry in listed(page) if "Solution" in entry]
        assert solutions == ["Solutions"]
    page.goto("book/solutions/index.html")
    assert page.locator("article a[href$='.html']").count() == NUM_CHAPTERS


def test_the_package_is_listed_where_it_is_read(page):
    some = {"parallel", "parallel.data", "data.results"}
    for name, parts in (
        ("index.html", set()),
        ("api.html", {"parallel"}),
        ("api/lsdl_helpers/data/results/index.html", {"data.results", "parallel"}),
    ):
        page.goto(f"book/{name}")
        assert some & set(listed(page)) == parts
        assert len(page.locator(NAV).inner_html()) < 9000


def test_no_heading_comes_before_that_of_the_page(page):
    page.goto("book/models/vgg.html")
    first = page.locator("h1, h2, h3, [role=heading]").filter(visible=True).first
    assert first.evaluate("heading => heading.tagName") == "H1"


def test_a_part_opens_by_the_keyboard(page):
    page.goto("book/models/vgg.html")
    page.get_by_text("Specialized hardware").locator("xpath=ancestor::summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == LAST
    page.keyboard.press("Enter")
    page.wait_for_url("**/hardware/formats.html")


def test_a_part_opens_without_a_script(browser, site):
    with browser.new_context(viewport=SCREEN, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}book/models/vgg.html")
        page.get_by_text("Specialized hardware").click()
        assert LAST in listed(page)
