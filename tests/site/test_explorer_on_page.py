"""The explorer of a chapter, on the built site: dragged, keyed and touched, light and dark."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.slow

ADDRESS = "book/models/classify.html"
WIDE = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS = {
    "light": WIDE,
    "dark, reduced motion": WIDE | {"color_scheme": "dark", "reduced_motion": "reduce"},
    "phone": PHONE,
}


@pytest.fixture(scope="module", params=SCREENS)
def page(request, browser, site):
    context = browser.new_context(**SCREENS[request.param])
    page = context.new_page()
    page.goto(site + ADDRESS)
    dark = page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert dark == ("dark" in request.param)
    yield page
    context.close()


@pytest.fixture
def slider(page):
    """The first slider, all of them at their first choice."""
    for slider in page.locator(".lsdl-explorer input").all():
        slider.press("Home")
    first = page.locator(".lsdl-explorer input").first
    first.scroll_into_view_if_needed()
    return first


def shown(page):
    picture = page.locator(".lsdl-explorer img")
    return picture.get_attribute("alt"), picture.get_attribute("src")


def pointer_path(slider):
    """Return the points from the left end of a slider to its right end."""
    box = slider.bounding_box()
    return [
        (box["x"] + 8 + (box["width"] - 16) * k / 40, box["y"] + box["height"] / 2)
        for k in range(41)
    ]


def every_frame_once(page, seen):
    """Tell whether the frames, one a choice, came one after the other."""
    num_choices = int(page.locator(".lsdl-explorer input").first.get_attribute("max")) + 1
    frames = list(dict.fromkeys(seen))
    alts, sources = zip(*frames, strict=True)
    return len(frames) == len(set(alts)) == len(set(sources)) == num_choices > 1


def test_keys_move_it(page, slider):
    seen = [shown(page)]
    for _ in range(3):
        slider.press("ArrowRight")
        seen.append(shown(page))
    assert every_frame_once(page, seen)
    assert slider.get_attribute("aria-valuetext") in seen[-1][0]


def test_it_is_a_figure_with_a_number_and_says_its_result(page, slider):
    figure = page.locator("figure:has(.lsdl-explorer)")
    assert re.search(r"^Fig\D*[\d.]+ \w+", figure.locator("figcaption").inner_text())
    result = figure.get_by_role("status")
    assert result.is_visible()
    first = result.inner_text()
    assert first
    slider.press("ArrowRight")
    assert result.inner_text() not in ("", first)


def test_every_slider_moves_it(page, slider):
    first = shown(page)
    for other in page.locator(".lsdl-explorer input").all():
        other.press("End")
        assert shown(page) != first
        other.press("Home")
        assert shown(page) == first


def test_a_mouse_drags_it(page, slider):
    start, *path = pointer_path(slider)
    page.mouse.move(*start)
    page.mouse.down()
    seen = [shown(page)]
    for point in path:
        page.mouse.move(*point)
        seen.append(shown(page))
    page.mouse.up()
    assert every_frame_once(page, seen)


def test_a_finger_drags_it(page, slider):
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        points = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        return shown(page)

    start, *path = pointer_path(slider)
    seen = [touch("touchStart", start), *(touch("touchMove", point) for point in path)]
    touch("touchEnd")
    assert every_frame_once(page, seen)


def test_focus_shows(page, slider):
    slider.press("ArrowRight")
    assert slider.evaluate("slider => getComputedStyle(slider).outlineStyle") == "solid"


def test_no_accessibility_violation(page, slider):
    slider.press("End")
    result = Axe().run(page, context=".lsdl-explorer")
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_who_comes_back_finds_slider_and_picture_agree(page, slider, site):
    first = shown(page)
    slider.press("End")
    page.goto(site + "search.html")
    page.go_back()
    assert page.locator(".lsdl-explorer input").first.input_value() == "0"
    assert shown(page) == first
