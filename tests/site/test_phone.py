"""Tables, code, headings and lines of every chapter, from a phone to a wide screen."""

import json

import pytest

from tools.pdf import chapters

pytestmark = pytest.mark.slow

# What is cut by how many pixels, with all folds open. A ledger is a table with "measured".
MEASURE = """() => {
    const right = e => e.getBoundingClientRect().right
    const box = e => {
        do e = e.parentElement; while (e && !/auto|scroll/.test(getComputedStyle(e).overflowX))
        return e
    }
    const cut = e => Math.round(right(e) - right(box(e) ?? document.documentElement))
    const all = query => [...document.querySelectorAll(".bd-article " + query)]
    const heads = all("thead th").filter(head =>
        /^(measured|ratio)$/.test(head.textContent.trim())
        && /measured/.test(head.parentElement.textContent))
    const wide = all("table").filter(table => cut(table) > 1)
    return {
        heads: heads.length,
        ledgers: heads.map(cut).filter(pixels => pixels > 1),
        tables: wide.map(cut),
        unmarked: wide.filter(table => getComputedStyle(box(table)).maskImage == "none").length,
        code: all("pre").map(e => e.scrollWidth - e.clientWidth).filter(pixels => pixels > 1),
    }
}"""
OPEN = """() => {
    document.documentElement.classList.remove("guessing")
    for (const fold of document.querySelectorAll("details")) fold.open = true
}"""
SIZES = "() => [1, 2, 3, 4].map(k => parseFloat(getComputedStyle(part('h' + k)).fontSize))"
PART = """window.part = name => {
    const within = document.querySelector(".bd-article section")
    return within.appendChild(document.createElement(name))
}"""
# The most characters that a line of a paragraph holds; a formula's text is not what it shows.
LONGEST = """() => {
    const prose = document.querySelectorAll(".bd-article section > p:not(:has(.katex))")
    return Math.max(...[...prose].map(p => {
        const line = parseFloat(getComputedStyle(p).lineHeight)
        const lines = Math.round(p.getBoundingClientRect().height / line)
        return lines > 1 ? p.textContent.length / lines : 0
    }))
}"""


def opened(browser, address, width=1280):
    """Open a page with all its folds, on which nothing moves by itself."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address, wait_until="domcontentloaded")
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate(OPEN)
    return page


def measured(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page.evaluate(MEASURE)


def test_ledgers_are_found(browser, site):
    page = opened(browser, site + "book/models/vgg.html")
    assert measured(page, 390)["heads"] >= 2
    page.close()


@pytest.mark.parametrize("name", chapters())
def test_nothing_that_matters_is_cut(browser, site, name):
    """Beside two sidebars nothing at all; on a phone no code, and of a ledger what it is for."""
    page = opened(browser, site + name)
    for width in (1280, 1200, 1920):
        found = measured(page, width)
        assert (found["tables"], found["code"]) == ([], []), width
    assert page.evaluate(LONGEST) <= 85
    for width in (390, 360):
        found = measured(page, width)
        assert (found["ledgers"], found["code"], found["unmarked"]) == ([], [], 0), width
    page.close()


def test_headings_tell_their_rank_and_wrapped_code_is_set_in(browser, site):
    page = opened(browser, site + "book/models/vgg.html")
    page.evaluate(PART)
    for width, largest in ((1280, 40), (390, 30)):
        page.set_viewport_size({"width": width, "height": 900})
        h1, h2, h3, h4 = page.evaluate(SIZES)
        assert h1 <= largest
        assert min(h1 / h2, h2 / h3) > 1.2
        assert h3 > h4 >= 16
    style = page.locator(".highlight pre").first.evaluate("e => getComputedStyle(e).textIndent")
    assert set(style.split()) == {"24px", "hanging", "each-line"}
    page.close()


def test_what_does_not_fit_fades_until_its_end(browser, site):
    page = opened(browser, site + "book/large/scale.html", 320)
    box = page.locator(".output:has(table)").filter(has_text="NETtalk").last
    assert box.evaluate("e => e.scrollWidth - e.clientWidth") > 50
    fades = "e => getComputedStyle(e).maskImage != 'none'"
    page.wait_for_function(fades, arg=box.element_handle())
    box.evaluate("e => { e.scrollLeft = 1e4 }")
    page.wait_for_function(f"e => !({fades})(e)", arg=box.element_handle())
    page.close()


def test_code_of_the_reference_wraps(browser, site):
    page = opened(browser, site + "book/api/lsdl_helpers/ledger/index.html", 390)
    assert page.locator(".bd-article pre").count() > 0
    assert page.evaluate(MEASURE)["code"] == []
    page.close()


def test_a_wide_screen_is_used(browser, site):
    page = opened(browser, site + "book/models/vgg.html", 1920)
    edges = page.evaluate("""() => [
        document.querySelector(".bd-sidebar-primary").getBoundingClientRect().left,
        document.querySelector(".bd-sidebar-secondary").getBoundingClientRect().right,
    ]""")
    assert edges[1] - edges[0] > 0.85 * 1920
    page.close()
    page = opened(browser, site + "book/index.html")
    column = page.locator(".bd-article-container").bounding_box()
    assert column["width"] > 0.9 * (1280 - page.locator(".bd-main").bounding_box()["x"])
    page.close()


# The marks in the table of guesses that stand on another line than what they mark.
TORN = """() => {
    const texts = document.createTreeWalker(document.querySelector(".ledger"), 4), torn = []
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode, k = data.indexOf("✓")
        if (k < 0 || parentElement.tagName != "TD") continue
        const part = document.createRange()
        const top = at => {
            part.setStart(texts.currentNode, at)
            part.setEnd(texts.currentNode, at + 1)
            return part.getBoundingClientRect().top
        }
        torn.push(Math.abs(top(k) - top(0)) > 2)
    }
    return torn
}"""


def test_the_readers_ledger_on_a_phone(browser, site):
    guesses = {"weights, twice the width": 2, "forward, E": 200.5, "time, D": 170}
    guesses["A, fully connected and pooling"] = 30
    kept = json.dumps({"id": "a", "started": "", "seen": [], "guesses": guesses})
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        context.add_init_script(f"localStorage['lsdl-guesses:models/vgg'] = {kept!r}")
        page = context.new_page()
        page.goto(site + "book/your_ledger.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        marks = page.evaluate(TORN)
        assert len(marks) > len(guesses)
        assert not any(marks)
