"""The frames of an explorer on the built site: fetched early, kept, and never a broken picture."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.slow

ADDRESS = "book/models/classify.html"
FRAMES = "**/_images/explorer/*"
NEVER_QUIET = "window.requestIdleCallback = () => {}"
SHOWN = """box => {
    const picture = box.querySelector("img"), { frames } = JSON.parse(box.dataset.explorer)
    const k = frames.findIndex(({ src }) => src == picture.getAttribute("src"))
    return [k, picture.complete && picture.naturalWidth > 0, picture.alt == frames[k]?.alt]
}"""


@pytest.fixture
def context(browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        context.set_default_timeout(5000)
        yield context


def every_choice(page: Page) -> Iterator[tuple[int, bool, bool]]:
    """Move the sliders of the first explorer through all choices; tell what it then shows."""
    explorer = page.locator(".lsdl-explorer").first
    sliders = explorer.locator("input").all()
    for slider in sliders:
        for _ in range(int(slider.get_attribute("max"))):
            slider.press("ArrowRight")
            page.wait_for_timeout(50)
            yield tuple(explorer.evaluate(SHOWN))


def test_it_works_without_a_network_once_the_page_is_quiet(context, site):
    page, fetched = context.new_page(), []
    page.on("requestfinished", lambda request: fetched.append(request.url))
    page.goto(site + ADDRESS, wait_until="networkidle")
    addresses = [url for url in fetched if "/_images/explorer/" in url]
    assert len(addresses) == len(set(addresses)) > 0
    context.set_offline(True)
    seen = list(every_choice(page))
    assert len({frame for frame, *_ in seen}) == len(seen) > 1
    assert all(is_drawn and is_told for _, is_drawn, is_told in seen)


def test_it_works_from_a_folder(context, html):
    page = context.new_page()
    page.goto((html / ADDRESS).as_uri(), wait_until="networkidle")
    seen = list(every_choice(page))
    assert len({frame for frame, *_ in seen}) == len(seen) > 1
    assert all(is_drawn and is_told for _, is_drawn, is_told in seen)


def test_frames_are_fetched_at_once_when_a_slider_is_touched(context, site):
    page, fetched = context.new_page(), []
    page.add_init_script(NEVER_QUIET)
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(site + ADDRESS, wait_until="networkidle")
    assert [url for url in fetched if "/_images/explorer/" in url] == []
    with page.expect_request(FRAMES):
        page.locator(".lsdl-explorer input").first.focus()
    page.wait_for_load_state("networkidle")


def test_the_last_frame_is_seen_until_the_next_has_come(context, site):
    page, waiting = context.new_page(), []
    page.add_init_script(NEVER_QUIET)
    page.route(FRAMES, lambda route: waiting.append(route))
    page.goto(site + ADDRESS, wait_until="networkidle")
    explorer = page.locator(".lsdl-explorer").first
    picture = explorer.locator("img")
    first = picture.screenshot()
    explorer.locator("input").first.press("ArrowRight")
    page.wait_for_timeout(300)
    assert waiting
    assert picture.screenshot() == first
    for route in waiting:
        route.continue_()
    page.wait_for_load_state("networkidle")
    page.wait_for_function("picture => picture.complete", arg=picture.element_handle())
    assert picture.screenshot() != first
    assert explorer.evaluate(SHOWN)[1:] == [True, True]


def test_the_last_frame_stays_where_none_comes_and_the_network_brings_it(context, site):
    page = context.new_page()
    page.add_init_script(NEVER_QUIET)
    page.goto(site + ADDRESS, wait_until="networkidle")
    explorer = page.locator(".lsdl-explorer").first
    context.set_offline(True)
    explorer.locator("input").first.press("ArrowRight")
    page.wait_for_timeout(300)
    assert explorer.evaluate(SHOWN)[:2] == [0, True]
    with page.expect_request_finished(lambda request: "/_images/explorer/" in request.url):
        context.set_offline(False)
    page.wait_for_timeout(300)
    frame, is_drawn, is_told = explorer.evaluate(SHOWN)
    assert frame > 0
    assert is_drawn
    assert is_told
