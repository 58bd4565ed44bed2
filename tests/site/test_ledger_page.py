"""The page "Your ledger" in a browser: what it lists and counts, and its reports."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from lsdl_helpers.ledger import Ledger
from tests.site import guess_book
from tests.site.guess_book import LEDGER, ONE, TWO, Reader
from tools.notebook_form import ROOT

pytestmark = pytest.mark.slow

PHONE = {"width": 390, "height": 844}


def guess_everywhere(reader: Reader) -> None:
    reader.open(ONE)
    for k, guesses in ((0, {"size <E / A>": "3"}), (1, {"count": "2000000", "time": "4"})):
        for label, guess in guesses.items():
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
        ["time", "4\u00a0ms ✓", "4.00 ms", "3.00 ms"],
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
        if name == ONE:
            reader.box(4).get_by_label("beyond").fill("x")
            reader.box(4).get_by_label("beyond").press("Enter")
        page.wait_for_timeout(500)  # the theme waits 300 ms, then lets keys reach what scrolls
        if everything and name == ONE:
            page.get_by_role("button", name="Show everything").click()
            page.wait_for_timeout(500)
        result = Axe().run(page, options={"resultTypes": ["violations"]})
        assert result.violations_count == 0, result.generate_report()
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_script_is_small_and_comes_only_where_it_is_needed(reader):
    assert (ROOT / "book" / "_assets" / "guess.js").stat().st_size < 6000
    page = reader.open("book/index.html")
    assert page.locator("script[src*='guess.js']").count() == 0
