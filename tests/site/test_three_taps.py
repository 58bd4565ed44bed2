"""On a phone, three taps lead from the front page to a measured result."""

import pytest
from playwright.sync_api import Page

from lsdl_helpers.ledger import Entry
from tests.site.test_front_page import FRONT, notebook
from tools.guesses import last_entries

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
STARTS = {  # what is tapped, the chapter, the entry that the third tap shows
    "the first chapter": ("Start with", "large/scale", "years to double"),
    "the riddle": ("See what the clock says", "models/vgg", "forward, E"),
}


def on_screen(page: Page, text: str) -> bool:
    """Tell whether a text is seen without scrolling."""
    boxes = [part.bounding_box() for part in page.get_by_text(text).all() if part.is_visible()]
    return any(box["y"] >= 0 and box["y"] + box["height"] <= 844 for box in boxes)


@pytest.mark.parametrize(("button", "chapter", "name"), STARTS.values(), ids=STARTS)
def test_three_taps(browser, site, button, chapter, name):
    entry = last_entries(notebook(chapter).cells)[name]
    measured = Entry(**{k: v for k, v in entry.items() if k != "ratio"}).text("measured")
    with browser.new_context(**PHONE) as context:
        page = context.new_page()
        page.set_default_timeout(5000)
        page.goto(site + FRONT)
        page.get_by_role("link", name=button).tap()
        page.wait_for_url(f"**/{chapter}.html*")
        boxes = page.get_by_role("button", name="Show without guessing")
        shown = [box.bounding_box()["y"] >= 0 for box in boxes.all()]
        assert not on_screen(page, measured)
        boxes.nth(shown.index(True)).tap()
        folds = page.locator("details.measurement:visible summary")
        folds.first.tap()
        assert on_screen(page, measured)
