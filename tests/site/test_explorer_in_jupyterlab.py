"""Explorers in a running JupyterLab: one with its frames drawn before, one drawn live."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import expect

from lsdl_helpers.widgets import explore

pytestmark = pytest.mark.slow

DRAW = """\
from matplotlib import pyplot as plt
from lsdl_helpers.widgets import explore

def draw(height, mood):
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.bar([0], [height])
    if height == 8:
        raise ValueError("no bar of that height")
    print(f"drawn: {height}")
    return figure, f"a {mood} bar of height {height}"
"""
STATIC = 'explore(draw, height=[1, 5, 9], mood=["plain", "gray"])'
LIVE = 'explore(draw, live=True, height=[1, 5, 9], mood=["plain", "gray"])'
OPEN_FIGURES = 'print("open figures:", len(plt.get_fignums()))'


def stored_notebook():
    """A notebook that has one explorer's output, but was not run by whoever opens it."""
    names = {}
    exec(DRAW, names)
    html = explore(names["draw"], height=[1, 5, 9], mood=["plain", "gray"]).data
    output = new_output("execute_result", {"text/html": html}, execution_count=2)
    cells = [new_code_cell(source) for source in (DRAW, STATIC, LIVE, OPEN_FIGURES)]
    cells[1].update(outputs=[output], execution_count=2)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="module")
def page(browser, lab):
    nbformat.write(stored_notebook(), lab.folder / "explorers.ipynb")
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.set_default_timeout(20_000)
    page.goto(lab.address("doc/tree/explorers.ipynb"))
    page.locator("img[alt^='Height']").wait_for()
    yield page
    page.close()


def test_before_it_is_run_the_first_frame_stands_there(page):
    """JupyterLab takes scripts out of what it did not run itself."""
    expect(page.get_by_role("img", name="Height: 1; Mood: plain")).to_be_visible()
    expect(page.get_by_text("a plain bar of height 1")).to_be_visible()
    assert page.locator("input[oninput]").count() == 0


@pytest.fixture(scope="module")
def ran(page):
    kernel = "jupyterapp.shell.currentWidget.sessionContext.session?.kernel"
    page.wait_for_function(f"{kernel}?.status === 'idle'")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_text("open figures: 0").wait_for(timeout=30_000)
    return page


@pytest.fixture
def static(ran):
    box = ran.locator(".lsdl-explorer")
    for slider in box.locator("input").all():
        slider.press("Home")
    return box


@pytest.fixture
def live(ran):
    box = ran.locator(".lsdl-live")
    box.get_by_role("slider").press("Home")
    box.get_by_role("combobox").select_option("plain")
    expect(result(box)).to_have_text("a plain bar of height 1")
    return box


def picture(box):
    return box.locator("img")


def result(box):
    return box.get_by_role("status")


def drag(page, slider, rail, part):
    """Drag a slider by mouse to a part of the way along its rail."""
    start, rail = slider.bounding_box(), rail.bounding_box()
    middle = rail["y"] + rail["height"] / 2
    page.mouse.move(start["x"] + 8, middle)
    page.mouse.down()
    page.mouse.move(rail["x"] + part * rail["width"], middle, steps=10)
    page.mouse.up()


def test_keys_move_the_static_one(static):
    first = picture(static).get_attribute("src")
    static.locator("input").first.press("ArrowRight")
    expect(result(static)).to_have_text("a plain bar of height 5")
    assert picture(static).get_attribute("src") != first


def test_a_mouse_drags_the_static_one(ran, static):
    slider = static.locator("input").first
    drag(ran, slider, slider, part=0.98)
    expect(result(static)).to_have_text("a plain bar of height 9")


def test_the_live_one_draws_what_is_not_among_the_choices(live):
    first = picture(live).get_attribute("src")
    live.get_by_role("slider").press("ArrowRight")
    expect(result(live)).to_have_text("a plain bar of height 2")
    assert picture(live).get_attribute("src") != first
    live.get_by_role("combobox").select_option("gray")
    expect(result(live)).to_have_text("a gray bar of height 2")


def test_a_mouse_drags_the_live_one(ran, live):
    drag(ran, live.get_by_role("slider"), live.locator(".noUi-base"), part=0.75)
    expect(result(live)).to_have_text("a plain bar of height 7")


def test_what_is_printed_and_an_error_show(live):
    slider = live.get_by_role("slider")
    slider.press("ArrowRight")
    expect(live.get_by_text("drawn: 2")).to_be_visible()
    slider.press("End")
    expect(result(live)).to_have_text("a plain bar of height 9")
    slider.press("ArrowLeft")
    expect(live.get_by_text("ValueError: no bar of that height")).to_be_visible()
    expect(picture(live)).to_have_count(0)
    expect(result(live)).to_have_text("")
    slider.press("ArrowLeft")
    expect(result(live)).to_have_text("a plain bar of height 7")
    expect(live.get_by_text("ValueError")).to_have_count(0)


@pytest.mark.parametrize("which", ["static", "live"])
def test_no_accessibility_violation(request, ran, which):
    request.getfixturevalue(which)
    result = Axe().run(ran, context=f".lsdl-{'explorer' if which == 'static' else 'live'}")
    assert result.violations_count == 0, result.generate_report()
