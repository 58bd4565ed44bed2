"""The theme's controls as the keyboard, a thumb and a reader without JavaScript meet them."""

import re

import pytest
from playwright.sync_api import expect

from tools.notebook_form import ROOT

pytestmark = pytest.mark.slow

CHAPTER = "book/models/vgg.html"
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
TOP = "e => e.getBoundingClientRect().top"
RING = """e => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e)
    return outlineStyle != "none" && parseFloat(outlineWidth) >= 2 || boxShadow != "none"
}"""
# The controls that can be seen outside the article.
CONTROLS = ".bd-header-article :is(button, a), .bd-sidebar button, .bd-article :is(button, input)"


def opened(browser, address, screen=WIDE, **settings):
    page = browser.new_context(viewport=screen, **settings).new_page()
    page.set_default_timeout(5000)
    page.goto(address)
    return page


def test_the_contents_of_a_phone_close_after_a_tap(browser, site):
    page = opened(browser, site + CHAPTER, PHONE, has_touch=True, is_mobile=True)
    assert page.locator(".without-script:visible").count() == 0
    page.locator(".secondary-toggle").tap()
    panel = page.locator("#pst-secondary-sidebar-modal")
    panel.get_by_role("link", name="Table 3 taught").tap()
    expect(panel).not_to_be_visible()
    heading = page.get_by_role("heading", name="Table 3 taught", exact=False).last
    page.wait_for_function("scrollY > 1000")
    bar = page.locator(".bd-header-article").bounding_box()
    assert bar["y"] + bar["height"] <= heading.evaluate(TOP) < 300
    assert page.locator(".tooltip:visible").count() == 0
    page.context.close()


def test_escape_gives_the_focus_back_without_a_tooltip(browser, site):
    page = opened(browser, site + CHAPTER, PHONE)
    for name in (".primary-toggle", ".secondary-toggle", ".article-header-buttons .search-button"):
        button = page.locator(name)
        button.click()
        expect(page.locator("dialog[open]")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        page.mouse.move(200, 600)
        page.wait_for_timeout(700)  # the theme's tooltips come after half a second
        assert page.locator(".tooltip:visible").count() == 0, name
    page.set_viewport_size(WIDE)
    button = page.locator("button.search-button-field")
    button.click()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    field = page.locator(".guess input").first
    field.focus()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(field).to_be_focused()
    page.context.close()


def test_every_button_of_the_bar_has_a_ring(browser, site):
    page = opened(browser, site + CHAPTER)
    for screen in (WIDE, PHONE):
        page.set_viewport_size(screen)
        page.wait_for_timeout(300)
        page.keyboard.press("Tab")  # so that the focus below counts as the keyboard's
        for button in page.locator(".bd-header-article button:visible").all():
            button.focus()
            assert button.evaluate(RING), button.evaluate("e => e.className")
    page.context.close()


def test_back_to_top_stands_in_the_bar(browser, site):
    page = opened(browser, site + CHAPTER, PHONE)  # a wide screen never shows it
    for y in (4000, 3000, 2500):
        page.evaluate(f"scrollTo(0, {y})")
        page.wait_for_timeout(100)
    button = page.locator("#pst-back-to-top")
    assert button.is_visible()
    own, bar = button.bounding_box(), page.locator(".bd-header-article").bounding_box()
    assert own["y"] + own["height"] <= bar["y"] + bar["height"]
    for other in page.locator(".bd-header-article button:visible").all():
        box = other.bounding_box()
        apart = box["x"] + box["width"] <= own["x"] or own["x"] + own["width"] <= box["x"]
        assert apart, other.get_attribute("class")
    button.click()
    page.wait_for_function("scrollY == 0")
    page.context.close()


@pytest.mark.parametrize(("mode", "scheme", "theme"), [
    (None, "dark", "dark"), (None, "light", "light"), ("dark", "light", "dark"),
    ("light", "dark", "light"), ("auto", "dark", "dark"),
])  # fmt: skip
def test_colors_are_right_before_the_themes_script_runs(browser, site, mode, scheme, theme):
    with browser.new_context(color_scheme=scheme) as context:
        context.route(re.compile(r"_static/.*\.js"), lambda route: route.abort())
        if mode:
            context.add_init_script(f"localStorage.setItem('mode', '{mode}')")
            context.add_init_script("localStorage.setItem('theme', 'light')")
        page = context.new_page()
        page.goto(site + CHAPTER, wait_until="domcontentloaded")
        assert page.evaluate("document.documentElement.dataset.theme") == theme


def test_without_javascript_nothing_is_dead_and_both_menus_work(browser, site):
    page = opened(browser, site + CHAPTER, PHONE, java_script_enabled=False)
    assert page.locator("html").get_attribute("data-theme") == "light"
    alive = page.locator(CONTROLS + ", dialog").all()
    shown = [part for part in alive if part.is_visible()]
    assert [part.inner_text() for part in shown] == ["Pages", "On this page", ""]
    page.get_by_role("link", name="On this page").click()
    page.locator("#pst-page-toc-nav").get_by_role("link", name="Exercises").click()
    assert page.url.endswith("#exercises")
    page.get_by_role("link", name="Pages", exact=True).click()
    page.locator("#pst-primary-sidebar a[href$='resnet.html']").first.click()
    assert page.url.endswith("resnet.html")
    page.get_by_role("button", name="Download this page").focus()
    assert page.locator(".dropdown-menu a").first.is_visible()
    assert not page.locator(".dropdown-menu button").first.is_visible()
    page.context.close()


def test_the_script_stays_small():
    assert (ROOT / "book" / "_assets" / "page.js").stat().st_size < 2048
