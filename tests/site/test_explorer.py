"""An explorer in a real browser, on a page that holds nothing else: no kernel, no network."""

from html import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib import pyplot as plt

from lsdl_helpers.widgets import explore

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def draw(height, width):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([0], [height], len(str(width)))
    return figure, f"a bar, {width} wide and {height} high"


def document(*parts):
    return f'<html lang="en"><title>One</title><main><h1>One</h1>{"".join(parts)}</main>'


@pytest.fixture(scope="module")
def explorer():
    return explore(draw, height=[1, 2, 3], width=[4, 5]).data


@pytest.fixture
def page(browser, explorer):
    page = browser.new_page(**PHONE)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.set_content(document(explorer))
    yield page
    page.close()
    assert [url for url in requests if not url.startswith("data:")] == []


def shown(page):
    return page.get_by_role("status").text_content(), page.locator("img").get_attribute("src")


def test_keys_move_it(page):
    result, source = shown(page)
    assert result == "a bar, 4 wide and 1 high"
    page.locator("input").first.press("ArrowRight")
    assert shown(page)[0] == "a bar, 4 wide and 2 high"
    assert shown(page)[1] != source
    page.locator("input").last.press("ArrowRight")
    assert shown(page)[0] == "a bar, 5 wide and 2 high"
    assert page.locator("input").last.get_attribute("aria-valuetext") == "5"
    assert page.locator("b").all_text_contents() == ["2", "5"]


def test_the_result_is_seen_and_announced_and_the_picture_is_named_otherwise(page):
    result = page.get_by_role("status")
    assert result.is_visible()
    assert result.get_attribute("aria-live") == "polite"
    page.locator("input").last.press("ArrowRight")
    assert result.text_content() == "a bar, 5 wide and 1 high"
    assert page.get_by_role("img").get_attribute("alt") == "Height: 1; Width: 5"


def test_a_slider_is_called_by_its_name_alone(page):
    """The value beside it is told as the value, not once more as part of the name."""
    assert page.get_by_role("slider", name="Height", exact=True).count() == 1


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_pointer_moves_it(page, touch):
    box = page.locator("input").first.bounding_box()
    right, middle = box["x"] + box["width"] - 4, box["y"] + box["height"] / 2
    (page.touchscreen.tap if touch else page.mouse.click)(right, middle)
    assert shown(page)[0] == "a bar, 4 wide and 3 high"


def test_it_has_no_accessibility_violation(page):
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()


def test_two_on_a_page_move_apart(page, explorer):
    page.set_content(document(explorer, explorer))
    page.locator(".lsdl-explorer").last.locator("input").first.press("End")
    assert page.get_by_role("status").all_text_contents() == [
        f"a bar, 4 wide and {k} high" for k in (1, 3)
    ]


def test_it_moves_in_a_frame_without_rights(page, explorer):
    """Colab shows every output in a frame of its own, which may run scripts and no more."""
    page.set_content(document(
        f'<iframe title="One" sandbox="allow-scripts" srcdoc="{escape(explorer)}"></iframe>'
    ))  # fmt: skip
    frame = page.frame_locator("iframe")
    frame.locator("input").first.press("End")
    assert shown(frame)[0] == "a bar, 4 wide and 3 high"


def test_the_first_frame_stands_where_no_script_runs(browser, explorer):
    page = browser.new_page(java_script_enabled=False)
    page.set_content(document(explorer))
    assert page.get_by_role("img", name="Height: 1; Width: 4").is_visible()
    assert page.get_by_text("a bar, 4 wide and 1 high").is_visible()
    page.close()


def test_a_long_label_neither_moves_the_slider_nor_leaves_the_page(page):
    long = "a_label_much_longer_than_what_there_is_room_for_on_a_phone"
    page.set_content(document(explore(draw, height=[1, 2], width=["a", long]).data))
    slider = page.locator("input").last
    before = slider.bounding_box()["width"]
    slider.press("End")
    assert shown(page)[0] == f"a bar, {long} wide and 1 high"
    assert slider.bounding_box()["width"] == before > 100
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
