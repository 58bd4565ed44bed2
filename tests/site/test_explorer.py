"""An explorer in a real browser, on a page that holds nothing else: no kernel, no network."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib import pyplot as plt

from lsdl_helpers.widgets import explore

pytestmark = pytest.mark.slow


def draw(height, width):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([0], [height], width)
    return figure, f"a bar, {width} wide and {height} high"


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    explorer = explore(draw, height=[1, 2, 3], width=[4, 5]).data
    page.set_content(f'<html lang="en"><title>One</title><main><h1>One</h1>{explorer}</main>')
    yield page
    page.close()
    assert [url for url in requests if not url.startswith("data:")] == []


def shown(page):
    picture = page.locator("img")
    return picture.get_attribute("alt"), picture.get_attribute("src")


def test_keys_move_it(page):
    alt, source = shown(page)
    assert alt == "a bar, 4 wide and 1 high"
    page.locator("input").first.press("ArrowRight")
    assert shown(page)[0] == "a bar, 4 wide and 2 high"
    assert shown(page)[1] != source
    page.locator("input").last.press("ArrowRight")
    assert shown(page)[0] == "a bar, 5 wide and 2 high"
    assert page.locator("input").last.get_attribute("aria-valuetext") == "5"
    assert page.locator("b").all_text_contents() == ["2", "5"]


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_pointer_moves_it(page, touch):
    box = page.locator("input").first.bounding_box()
    right, middle = box["x"] + box["width"] - 4, box["y"] + box["height"] / 2
    (page.touchscreen.tap if touch else page.mouse.click)(right, middle)
    assert shown(page)[0] == "a bar, 4 wide and 3 high"


def test_dragging_passes_the_frames_between(page):
    box = page.locator("input").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    seen = []
    for step in range(0, 101, 5):
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * step / 100, middle)
        seen.append(shown(page)[0])
    page.mouse.up()
    assert list(dict.fromkeys(seen)) == [f"a bar, 4 wide and {k} high" for k in (1, 2, 3)]


def test_it_has_no_accessibility_violation(page):
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
