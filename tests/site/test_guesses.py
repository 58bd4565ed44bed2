"""Guesses on the site: the box, its two folds, the ledger page; in a browser, on a planted book."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lsdl_helpers.ledger import Ledger
from tests.site import guess_book
from tools.localhost import served
from tools.notebook_form import ROOT

pytestmark = pytest.mark.slow

ONE, TWO, LEDGER = "book/part/one.html", "book/part/two.html", "book/your_ledger.html"
KEY = "lsdl-guesses:part/one"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with served(guess_book.build(tmp_path_factory.mktemp("guess_book"))) as address:
        yield address


class Reader(NamedTuple):
    """One who reads with a browser of his own, in which nothing may go wrong."""

    context: BrowserContext
    page: Page
    address: str
    errors: list[str]

    def open(self, name: str) -> Page:
        self.page.goto(self.address + name)
        return self.page

    def box(self, k: int):
        return self.page.locator("form.guess").nth(k)

    def kept(self) -> dict:
        return json.loads(self.page.evaluate(f"localStorage.getItem('{KEY}')"))


def read_with(browser: Browser, address: str, **settings) -> Iterator[Reader]:
    with browser.new_context(**settings) as context:
        reader = Reader(context, context.new_page(), address, [])
        reader.page.set_default_timeout(5000)
        reader.page.on("pageerror", lambda error: reader.errors.append(error.stack))
        yield reader
        assert reader.errors == []


@pytest.fixture
def reader(browser, address) -> Iterator[Reader]:
    yield from read_with(browser, address)


@pytest.fixture
def plain(browser, address) -> Iterator[Reader]:
    """A reader without JavaScript."""
    yield from read_with(browser, address, java_script_enabled=False)


def shown(page: Page, *texts: str) -> list[bool]:
    return [page.get_by_text(text, exact=True).is_visible() for text in texts]


FOLDED = ("DERIVATION 1", "EXPLANATION 1", "EXPLAINED OUTPUT", "DERIVATION 2", "DERIVATION 3")
FOLDED += ("EXPLANATION 3", "DERIVATION 4", "DERIVATION 5", "DERIVATION 6", "PRINTED", "SHOWN 6")
OPEN = ("AFTER 1", "OPEN 5", "OPEN DERIVATION")


def test_folds_are_closed_until_a_guess(reader):
    page = reader.open(ONE)
    assert not any(shown(page, *FOLDED))
    assert all(shown(page, *OPEN))
    assert page.locator(".bd-article h2:visible").count() == 9
    assert page.locator(".guess-cell:visible").count() == 0
    assert page.locator("details.measurement:visible").count() == 2  # nothing guessed, measured
    assert page.get_by_text("ledger.measure(").count() > 1
    assert page.locator(".guessed .cell_input:visible").count() == 0


def test_a_guess_opens_the_first_fold_and_a_click_the_second(reader):
    page = reader.open(ONE)
    box = reader.box(0)
    box.get_by_label("size <E / A>").fill("1,7")
    box.get_by_role("button", name="Guess", exact=True).click()
    assert shown(page, *FOLDED[:4]) == [True, False, False, False]
    expect(box.get_by_role("status")).to_have_text("Kept in this browser. Read on below.")
    fold = page.locator("details.measurement:visible").first
    fold.get_by_text("Show the measurement").click()
    assert shown(page, *FOLDED[:4]) == [True, True, True, False]
    assert fold.get_by_text("Hide the measurement").is_visible()
    verdict = "Your guess: 1.7×, off by a factor of 1.57 (too high); "
    verdict += "the formula: 1.08×, off by a factor of 1.00."
    assert fold.locator(".verdict").inner_text() == verdict
    page.reload()
    assert shown(page, *FOLDED[:4]) == [True, False, False, False]
    assert reader.box(0).get_by_label("size <E / A>").input_value() == "1.7"
    assert reader.kept()["guesses"] == {"size <E / A>": 1.7}


def test_several_guesses_in_a_box_and_a_bound(reader):
    page = reader.open(ONE)
    box = reader.box(1)
    box.get_by_label("time").fill("6 ms")
    box.get_by_label("count").fill("1,000,000")
    box.get_by_label("time").press("Enter")
    page.locator("details.measurement:visible summary").first.click()
    assert page.locator(".verdict:visible").all_inner_texts() == [
        "count. Your guess: 1,000,000, off by a factor of 1.90 (too low); "
        "the formula: 2,000,000, off by a factor of 1.05 (too high).",
        "time. Your guess: 6\u00a0ms, off by a factor of 2.00 (too high); the bound: 4.00 ms.",
    ]


def test_a_choice(reader):
    page = reader.open(ONE)
    box = reader.box(2)
    box.get_by_label("which is faster").select_option("right")
    box.get_by_role("button", name="Guess", exact=True).click()
    page.locator("details.measurement:visible summary").first.click()
    verdict = "Your guess: right, right; the formula: left, wrong."
    assert page.locator(".verdict:visible").inner_text() == verdict


def test_what_a_later_cell_shows_is_judged_where_it_was_measured(reader):
    page = reader.open(TWO)
    reader.box(0).get_by_label("old").fill("33")
    reader.box(0).get_by_label("old").press("Enter")
    fold = page.locator("details.measurement:visible")
    fold.locator("summary").click()
    assert shown(page, "TIMED") == [True]
    verdict = "Your guess: 33\u00a0ms, off by a factor of 1.10 (too high); "
    verdict += "the formula: 3.00 ms, off by a factor of 10.0 (too low)."
    assert fold.locator(".verdict").inner_text() == verdict


@pytest.mark.parametrize("typed", ["", "many", "1,234", "1.2.3", "Infinity", "1e999", "×", "2 s"])
def test_what_is_no_number_is_refused(reader, typed):
    page = reader.open(ONE)
    field = reader.box(0).get_by_label("size <E / A>")
    field.fill(typed)
    field.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    hint = reader.box(0).get_by_role("status").inner_text()
    said = f"“{typed}” is no number:" if typed else "Enter a guess, or go on"
    assert hint.startswith(said)
    assert shown(page, "DERIVATION 1") == [False]
    assert page.evaluate(f"localStorage.getItem('{KEY}')") is None


@pytest.mark.parametrize(("typed", "number"), [
    ("1.5", 1.5), ("0,125", 0.125), ("2e6", 2e6), ("1,234,567", 1234567), ("-.5", -0.5),
    ("1.7 ×", 1.7), ("1 500", 1500), ("0", 0),
])  # fmt: skip
def test_numbers_are_read(reader, typed, number):
    reader.open(ONE)
    field = reader.box(0).get_by_label("size <E / A>")
    field.fill(typed)
    field.press("Enter")
    assert reader.kept()["guesses"] == {"size <E / A>": number}


def test_show_without_guessing_and_the_box_without_entries(reader):
    page = reader.open(ONE)
    for k in (0, 5):
        reader.box(k).get_by_role("button", name="Show without guessing").click()
        expect(reader.box(k).get_by_role("status")).to_be_focused()
    assert shown(page, "DERIVATION 1", "DERIVATION 6", "DERIVATION 2") == [True, True, False]
    page.locator("details.measurement:visible summary").first.click()
    assert page.locator(".verdict:visible").count() == 0
    page.reload()
    assert shown(page, "DERIVATION 1", "DERIVATION 6", "DERIVATION 2") == [True, True, False]
    assert reader.box(5).locator("input").count() == 0
    reader.open(LEDGER)
    assert page.get_by_text("No guess yet.").is_visible()


def test_a_page_as_pages_were_before(reader):
    page = reader.open(ONE)
    assert not page.get_by_text("guess = 2.0").is_visible()
    reader.box(3).get_by_label("old").fill("3.5")
    reader.box(3).get_by_label("old").press("Enter")
    assert page.get_by_text("guess = 2.0").is_visible()
    assert shown(page, "DERIVATION 4") == [True]


def test_a_fold_ends_at_a_heading_and_its_measurement_opens_with_it(reader):
    page = reader.open(ONE)
    measuring = page.get_by_text('ledger.measure("beyond", measured)')
    assert not measuring.is_visible()
    reader.box(4).get_by_role("button", name="Show without guessing").click()
    assert measuring.is_visible()
    assert shown(page, "DERIVATION 5") == [True]


def test_show_everything_stays_chosen(reader):
    page = reader.open(ONE)
    button = page.get_by_role("button", name="Show everything")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert all(shown(page, *FOLDED))
    page.reload()
    assert all(shown(page, *FOLDED))
    reader.open(TWO)
    assert shown(page, "DERIVATION 7") == [True]
    page.get_by_role("button", name="Show everything").click()
    assert shown(page, "DERIVATION 7") == [False]
    reader.open(ONE)
    assert not any(shown(page, *FOLDED))


def test_without_javascript_all_can_be_read(plain):
    page = plain.open(ONE)
    texts = [text for text in FOLDED if text.startswith("DERIVATION")]
    assert all(shown(page, *texts, *OPEN))
    assert page.locator(":is(form.guess, .guess-bar):visible").count() == 0
    assert page.locator(".guess-cell:visible").count() == 5
    page.locator("details.measurement summary").first.click()
    assert shown(page, "EXPLANATION 1", "EXPLAINED OUTPUT") == [True, True]
    plain.open(LEDGER)
    assert page.get_by_text("This list needs JavaScript").is_visible()


def test_a_script_that_does_not_come_folds_nothing(reader):
    reader.page.route("**/guess.js*", lambda route: route.abort())
    page = reader.open(ONE)
    assert shown(page, "DERIVATION 1") == [True]


def test_printed_everything_is_open(reader):
    page = reader.open(ONE)
    page.emulate_media(media="print")
    for text in FOLDED:
        part = page.get_by_text(text, exact=True)
        assert part.evaluate("part => part.checkVisibility({contentVisibilityAuto: true})"), text
        assert part.bounding_box()["height"] > 0, text
    assert page.locator(":is(form.guess, .guess-bar):visible").count() == 0


def test_a_link_leads_into_a_fold(reader):
    page = reader.open(ONE)
    page.evaluate("document.querySelector('.measurement p:not(.verdict)').id = 'there'")
    page.evaluate("location.hash = 'there'")
    expect(page.locator("#there")).to_be_in_viewport()


@pytest.mark.parametrize("garbage", [
    "", "{", "null", "1", '"x"', "[]", '{"guesses": 3, "seen": 5, "id": {}, "started": []}',
    '{"guesses": {"size <E / A>": "1.7", "count": null, "which is faster": "up", "time": {}}}',
    '{"seen": [null, {"a": 1}, "nowhere"], "started": "yesterday"}',
])  # fmt: skip
def test_garbage_in_the_store_breaks_nothing(reader, garbage):
    page = reader.open(ONE)
    page.evaluate(f"text => localStorage.setItem('{KEY}', text)", garbage)
    reader.open(LEDGER)
    assert page.get_by_text("No guess yet.").is_visible()
    reader.open(ONE)
    assert shown(page, "DERIVATION 1") == [False]
    reader.box(0).get_by_label("size <E / A>").fill("2")
    reader.box(0).get_by_label("size <E / A>").press("Enter")
    assert shown(page, "DERIVATION 1") == [True]
    assert reader.kept()["guesses"] == {"size <E / A>": 2}


@pytest.mark.parametrize("broken", [
    "Object.defineProperty(window, 'localStorage', {get() { throw Error('forbidden') }})",
    "Storage.prototype.setItem = () => { throw Error('full') }",
])  # fmt: skip
def test_a_store_that_is_missing_or_full_breaks_nothing(reader, broken):
    reader.context.add_init_script(broken)
    page = reader.open(ONE)
    reader.box(0).get_by_label("size <E / A>").fill("2")
    reader.box(0).get_by_label("size <E / A>").press("Enter")
    page.locator("details.measurement:visible summary").first.click()
    assert "Your guess: 2×" in page.locator(".verdict:visible").inner_text()
    page.get_by_role("button", name="Show everything").click()
    assert all(shown(page, *FOLDED))
    reader.open(LEDGER)
    # The theme's own scripts do not survive it.
    reader.errors[:] = [error for error in reader.errors if "guess.js" in error]


def test_keys_are_enough(reader):
    page = reader.open(ONE)
    page.get_by_role("button", name="Show everything").focus()
    for _ in range(9):  # past the link to the ledger and code that scrolls
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "INPUT":
            break
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    assert shown(page, "DERIVATION 1") == [True]
    summary = page.locator("details.measurement:visible summary").first
    while not summary.evaluate("summary => summary == document.activeElement"):
        page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) != "none"
    page.keyboard.press("Enter")
    assert shown(page, "EXPLANATION 1") == [True]


def guess_everywhere(reader: Reader) -> None:
    reader.open(ONE)
    for k, label, guess in ((0, "size <E / A>", "3"), (1, "count", "2000000"), (1, "time", "4")):
        reader.box(k).get_by_label(label).fill(guess)
        reader.box(k).get_by_label(label).press("Enter")
    reader.box(2).get_by_label("which is faster").select_option("right")
    reader.box(2).get_by_role("button", name="Guess", exact=True).click()
    reader.open(TWO)
    reader.box(0).get_by_label("old").fill("20")
    reader.box(0).get_by_label("old").press("Enter")


def test_the_ledger_lists_counts_and_forgets(reader):
    guess_everywhere(reader)
    page = reader.open(LEDGER)
    count = "You: 4 of 5 within a factor of two. Formulas: 2 of 4."
    assert page.locator(".count").inner_text() == count
    lines = [row.inner_text().split("\t") for row in page.locator("tbody tr:visible").all()]
    assert lines == [
        ["size <E / A>", "3×", "1.08× ✓", "1.08×"],
        ["count", "2,000,000 ✓", "2,000,000 ✓", "1,900,000"],
        ["time", "4\u00a0ms ✓", "4.00 ms ✓", "3.00 ms"],
        ["which is faster", "right ✓", "left", "right"],
        ["old", "20\u00a0ms ✓", "3.00 ms", "30.0 ms"],
    ]
    page.get_by_role("link", name="Two", exact=True).last.click()
    assert "part/two" in page.url
    reader.open(LEDGER)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Forget all guesses").click()
    assert page.locator(".count").inner_text() == count
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget all guesses").click()
    expect(page.locator(".count")).to_contain_text("No guess yet.")
    assert page.locator(".ledger section:visible").count() == 0
    kept = page.evaluate("Object.keys(localStorage)")
    assert not [key for key in kept if key.startswith("lsdl")]


def kinds(value: object) -> object:
    """Return what a value is made of: keys in their order, kinds in place of values."""
    if isinstance(value, dict):
        return {key: kinds(part) for key, part in value.items()}
    if isinstance(value, list):
        return [kinds(part) for part in value]
    return "number" if isinstance(value, int | float) else type(value).__name__


def test_a_report_of_the_browser_is_one_of_the_ledger(reader, tmp_path):
    guess_everywhere(reader)
    page = reader.open(LEDGER)
    with page.expect_download() as download:
        page.get_by_role("link", name="Save report on One").click()
    assert download.value.suggested_filename == "part_one.json"
    ours = json.loads(Path(download.value.path()).read_text("utf-8"))
    ledger = Ledger("part/one", guess_book.MACHINE)
    for entry in ours["entries"]:
        names = ("name", "unit", "why", "guess", "kind", "choices")
        ledger.predict(value=entry["predicted"], **{name: entry[name] for name in names})
        ledger.measure(entry["name"], entry["measured"])
    theirs = json.loads(ledger.export(tmp_path / "report")[1].read_text())
    assert list(ours) == list(theirs)
    assert [list(entry) for entry in ours["entries"]] == [list(e) for e in theirs["entries"]]
    assert kinds(ours) == kinds(theirs)
    assert ours["entries"] == theirs["entries"]
    assert ours | {"id": "", "started": ""} == theirs | {"id": "", "started": ""}
    guesses = {entry["name"]: entry["guess"] for entry in ours["entries"]}
    assert guesses == {
        "size <E / A>": 3, "count": 2000000, "time": 4, "which is faster": "right",
        "old": None, "beyond": None, "never asked": None,
    }  # fmt: skip
    assert ours["id"] == reader.kept()["id"]
    assert ours["started"] == reader.kept()["started"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [ONE, LEDGER])
def test_all_can_use_it(reader, name, scheme):
    guess_everywhere(reader)
    page = reader.open(name)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    for everything in (False, True):
        if everything and name == ONE:
            page.get_by_role("button", name="Show everything").click()
        if name == ONE:
            reader.box(0).get_by_label("size <E / A>").fill("x")
            reader.box(0).get_by_label("size <E / A>").press("Enter")
        page.wait_for_timeout(500)  # the theme waits 300 ms, then lets keys reach what scrolls
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert result.violations_count == 0, result.generate_report()
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_script_is_small_and_comes_only_where_it_is_needed(reader):
    assert (ROOT / "book" / "_assets" / "guess.js").stat().st_size < 6000
    page = reader.open("book/index.html")
    assert page.locator("script[src*='guess.js']").count() == 0
