"""Guesses in a chapter on the site: the box and its two folds, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.site.guess_book import KEY, LEDGER, ONE, TWO

pytestmark = pytest.mark.slow


def shown(page: Page, *texts: str) -> list[bool]:
    return [page.get_by_text(text, exact=True).is_visible() for text in texts]


FOLDED = ("DERIVATION 1", "EXPLANATION 1", "EXPLAINED OUTPUT", "DERIVATION 2", "DERIVATION 3")
FOLDED += ("EXPLANATION 3", "DERIVATION 4", "DERIVATION 5", "DERIVATION 6", "PRINTED", "SHOWN 6")
OPEN = ("AFTER 1", "OPEN 5", "OPEN DERIVATION")


def test_folds_are_closed_until_a_guess(reader):
    page = reader.open(ONE)
    assert not any(shown(page, *FOLDED))
    assert all(shown(page, *OPEN))
    assert page.locator(".bd-article :is(h2, h3):visible").count() == 9
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
    verdict += "the formula: 1.08×, right."
    assert fold.locator(".verdict").inner_text() == verdict
    page.reload()
    assert shown(page, *FOLDED[:4]) == [True, False, False, False]
    field = reader.box(0).get_by_label("size <E / A>")
    assert field.input_value() == "1.7"
    expect(field).to_be_disabled()  # the answer has been seen
    assert reader.box(0).get_by_role("button").count() == 0
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
    said = f"“{typed}” is no number, as" if typed else "Enter a guess, or go on"
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
    told = page.get_by_text("All chapters are open")
    assert not told.is_visible()
    page.get_by_role("button", name="Show everything").click()
    assert told.is_visible()
    assert all(shown(page, *FOLDED))
    page.reload()
    assert all(shown(page, *FOLDED))
    reader.open(TWO)
    assert shown(page, "DERIVATION 7") == [True]
    page.get_by_role("button", name="Fold again").click()
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
