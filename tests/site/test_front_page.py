"""The front page says of the chapters what they say, and nothing that answers its riddle."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

import nbformat
import pytest
import yaml
from playwright.sync_api import Browser, Page

from book._ext.best_and_worst import results
from lsdl_helpers.ledger import Entry
from tools.guesses import last_entries
from tools.notebook_form import ROOT
from tools.page_size import stated_minutes

pytestmark = pytest.mark.slow

FRONT = "book/index.html"
RIDDLE = ("models/vgg", "forward, E")
ROWS = """rows => rows.map(row => ({
    number: row.parentElement.start + [...row.parentElement.children].indexOf(row),
    part: row.closest("section").querySelector("h3").firstChild.textContent,
    title: row.querySelector("a").textContent,
    file: row.querySelector("a").getAttribute("href").replace(".html", ""),
    question: row.querySelector(".question").textContent,
    minutes: row.querySelector(".minutes").textContent,
    open: row.querySelector("details").open,
    surprise: row.querySelector("details p").textContent,
}))"""


def notebook(chapter: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def front(browser: Browser, site: str) -> Iterator[Page]:
    """The front page on a wide screen, with its folds shut."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(5000)
    page.goto(site + FRONT)
    yield page
    page.close()


def typeset(text: str) -> str:
    """Return MyST as the page shows it: curly apostrophes, no marks of emphasis."""
    return text.replace("'", "’").replace("*", "")


def chapters() -> list[tuple[str, str]]:
    """Return the parts and chapters of the table of contents, by reading it anew."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = [(p["caption"], c["file"].removeprefix("book/")) for p in toc["parts"]
              for c in p["chapters"]]  # fmt: skip
    return [(part, file) for part, file in listed if part != "Reference"]


def test_the_contents_are_the_chapters_in_order(front):
    rows = front.locator(".course > li").evaluate_all(ROWS)
    assert [(row["part"], row["file"]) for row in rows] == chapters()
    assert [row["number"] for row in rows] == [*range(1, len(rows) + 1)]
    for row in rows:
        page = notebook(row["file"])
        opening = typeset(page.cells[0].source.split("**You will")[0])
        assert f"# {row['title']}\n" in opening
        assert row["question"]
        assert opening.endswith(f"{row['question']}\n\n")
        assert row["question"].count("?") == opening.partition("\n")[2].count("?")
        assert row["minutes"] == f"{stated_minutes(page)} minutes"
        marked = [c.metadata.surprise for c in page.cells if "surprise" in c.metadata]
        assert [row["surprise"]] == [typeset(sentence) for sentence in marked]
        assert not row["open"]


def test_it_says_how_many_chapters_there_are(front):
    planned = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    planned = planned["sphinx"]["config"]["lsdl_planned_chapters"]
    assert len(chapters()) <= planned
    assert f"{len(chapters())} of {planned} chapters" in front.locator("article").inner_text()


class Line(NamedTuple):
    """A line of a table of predictions."""

    name: str
    ratio: str
    chapter: str
    anchor: str


def table(front: Page, which: int) -> list[Line]:
    lines = []
    for row in front.locator(".predictions").nth(which).locator("tbody tr").all():
        name, ratio, _ = row.locator("td").all_inner_texts()
        chapter, anchor = row.locator("a").get_attribute("href").split(".html#")
        lines.append(Line(name, ratio, chapter, anchor))
    return lines


@pytest.mark.parametrize("which", [0, 1], ids=["best", "worst"])
def test_the_ratios_are_those_of_the_stored_outputs(front, which):
    lines, off = table(front, which), []
    assert len(lines) == len({line.chapter for line in lines}) == 6
    for line in lines:
        entry = last_entries(notebook(line.chapter).cells)[line.name]
        ratio = entry["measured"] / entry["predicted"]
        assert entry["kind"] == "formula"
        assert line.ratio == Entry("", 1.0, measured=ratio).text("ratio")
        off.append(abs(math.log(ratio)))
    assert off == sorted(off, reverse=which == 1)
    others = {file for _, file in chapters()} - {line.chapter for line in lines} - {RIDDLE[0]}
    for chapter in others:
        rest = [r.off for r in results(ROOT, f"book/{chapter}")]
        assert (max(rest) <= off[-1]) if which else (min(rest) >= off[-1])


def test_a_link_leads_to_the_question_before_its_answer(front, html):
    lines = (*table(front, 0), *table(front, 1))
    assert len(lines) == 12
    for line in lines:
        page = (html / "book" / f"{line.chapter}.html").read_text("utf-8")
        section = page.partition(f'id="{line.anchor}"')[2].partition("<section")[0]
        assert re.match(r">\n(<span id=\S*></span>)?<h[23]>", section)


def test_nothing_answers_the_riddle(front):
    entry = last_entries(notebook(RIDDLE[0]).cells)[RIDDLE[1]]
    values = [entry["measured"], entry["ratio"], 1 / entry["ratio"]]
    shown = front.evaluate("document.querySelector('article').textContent")
    told = {f"{v:.{d}f}" for v in values for d in (0, 1, 2, 3)} - {"0", "1"}
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*", shown))
    assert "2.58" in numbers
    assert not numbers & told
    lines = (*table(front, 0), *table(front, 1))
    assert RIDDLE[0] not in {line.chapter for line in lines}


def test_the_slider_moves(front):
    explorer = front.locator(".lsdl-explorer")
    picture, slider = explorer.locator("img"), explorer.locator("input").last
    before = picture.get_attribute("src")
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == "600.0"
    assert picture.get_attribute("src") != before


def test_start_and_next_agree(front):
    start = front.locator("article a.sd-btn").first.get_attribute("href")
    following = front.locator("a.right-next").get_attribute("href")
    assert start == following == f"{chapters()[0][1]}.html"


def test_the_cards_are_links(front):
    for card in front.locator(".sd-card").all():
        card.click(trial=True)
        assert card.locator("a").get_attribute("href")
    assert front.locator(".sd-card").count() == 3


def test_it_names_itself_once(front):
    assert front.title() == "Large-Scale Deep Learning"


def test_it_says_by_whom_under_which_license_and_how_to_run_it(front):
    shown = front.locator("article").inner_text()
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert all(author["name"] in shown for author in cited["authors"])
    said = " ".join((ROOT / "LICENSE").read_text("utf-8").split()[:60])
    for license in ("BSD 3-Clause", "CC BY 4.0"):
        assert license in said
        assert license in shown
    assert "make lab" in front.locator("article pre").inner_text()
    assert re.search("^lab:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_the_width_is_used_and_the_first_screen_says_what_it_is(front):
    assert front.locator("article").bounding_box()["width"] > 900
    front.set_viewport_size({"width": 390, "height": 844})
    for part in (
        front.get_by_text("No internet connection needed"),
        front.get_by_text("For readers who know"),
        front.locator("article a.sd-btn").first,
    ):
        box = part.bounding_box()
        assert box["y"] + box["height"] < 844
    assert front.evaluate("document.documentElement.scrollWidth") <= 390
