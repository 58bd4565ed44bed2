"""What has a number has one: on the page, in the message of the check, with the solution."""

import re
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from book._ext.numbering import with_caption
from tools.notebook_form import chapter_of, chapters_in_order, notebooks_in_order

pytestmark = pytest.mark.slow

CHAPTERS = [chapter_of(path) for path in chapters_in_order()]
LEDGER = {"guess", "predicted", "measured", "interval", "ratio"}


@cache
def page(path: Path) -> BeautifulSoup:
    """Read a page without what scripts and the colors of code add to it."""
    html = re.sub(r"<script.*?</script>|</?span></?span>", "", path.read_text("utf-8"), flags=re.S)
    return BeautifulSoup(html, "html.parser")


def text(node: Tag) -> str:
    return " ".join(node.text.split())


def numbers(nodes: list[Tag], kind: str) -> list[str]:
    """Return the numbers in front of captions and titles, e.g. after "Figure"."""
    return [found[1] for node in nodes if (found := re.match(rf"{kind} (\d+)\b", text(node)))]


def up_to(last: int) -> list[str]:
    return [str(k) for k in range(1, last + 1)]


@pytest.fixture(params=CHAPTERS)
def chapter(request) -> str:
    return request.param


@pytest.fixture
def chapter_page(html, chapter) -> BeautifulSoup:
    return page(html / "book" / f"{chapter}.html")


@pytest.fixture
def boxes(chapter_page) -> list[Tag]:
    """The exercises of a page."""
    return chapter_page.select(".exercise")


def test_exercises_count_from_one_as_their_checks_do(chapter, boxes):
    titles = [box.select_one(".admonition-title") for box in boxes]
    assert numbers(titles, "Exercise") == up_to(len(boxes))
    for k, box in enumerate(boxes, start=1):
        cell = box.find_next_sibling(class_="cell")
        assert f'check("{chapter}/{k}", answer)' in text(cell)
        assert text(cell.select_one(".cell_output")).startswith(f"Exercise {k}: ")


def test_a_solution_link_leads_to_its_own_which_quotes_it_and_leads_back(html, chapter, boxes):
    for k, box in enumerate(boxes, start=1):
        question = box.select_one("section")
        *_, link = question.select("a")
        assert (link.text, link["href"]) == (
            "Solution",
            f"../solutions/{chapter}.html#exercise-{k}",
        )
        solution = page(html / "book" / "solutions" / f"{chapter}.html").find(id=f"exercise-{k}")
        title = re.search(r"\((.*)\)", text(box.select_one(".admonition-title")))[1]
        assert text(solution.h2) == f"Exercise {k}: {title}#"
        assert text(solution.blockquote) == text(question).removesuffix(" Solution")
        *_, back = solution.select("a")
        assert (back.text, back["href"]) == (
            f"Back to exercise {k}",
            f"../../{chapter}.html#{box['id']}",
        )


def test_exercises_that_the_text_names_exist(chapter_page, boxes):
    named = re.findall(r"\b[Ee]xercise (\d+)\b", text(chapter_page.article))
    assert set(named) == set(up_to(len(boxes)))


def test_figures_and_tables_count_from_one(chapter_page):
    captions = chapter_page.select("figcaption")
    assert captions
    assert numbers(captions, "Figure") == up_to(len(captions))
    tables = chapter_page.select("table.dataframe")
    assert numbers([table.caption or table for table in tables], "Table") == up_to(len(tables))


def test_the_table_of_a_ledger_says_what_it_holds(chapter_page):
    for table in chapter_page.select("table.dataframe"):
        columns = [text(cell) for cell in table.select("thead th") if text(cell)]
        is_ledger = set(columns) <= LEDGER and "measured" in columns
        assert ("prediction" in text(table.caption)) == is_ledger


def test_chapters_count_from_one_in_their_headings_and_in_the_order_of_pages(html):
    for k, chapter in enumerate(CHAPTERS, start=1):
        read = page(html / "book" / f"{chapter}.html")
        assert text(read.select_one("article h1")).startswith(f"{k}. ")
        around = [text(link) for link in read.select(".prev-next-title")]
        assert around[0].startswith(f"{k - 1}. ") == (k > 1)
        assert around[1].startswith(f"{k + 1}. ") == (k < len(CHAPTERS))
        assert not re.match(r"\d", read.title.text.strip()), "a bookmark keeps the title"


def test_no_text_writes_the_number_of_a_chapter_by_hand():
    """A number in front of a heading, and in the list of pages, moves with the chapters."""
    for path in notebooks_in_order():
        assert not re.search(r"\b[Cc]hapters? \d", path.read_text("utf-8")), path


@pytest.mark.parametrize(
    ("columns", "caption"),
    [
        (("guess", "predicted", "measured", "ratio"), ": guess, prediction, measurement and ratio"),
        (("measured",), ": measurement"),
        (("measured", "other"), ""),
        ((), ""),
    ],
)
def test_the_caption_of_a_table(columns, caption):
    head = "".join(f"<th>{column}</th>" for column in ("", *columns))
    table = f'<div><table border="1" class="dataframe">{{}}<thead>{head}</thead></table></div>'
    number = f'<caption><span class="caption-number">Table 3</span>{caption}</caption>'
    assert with_caption(table.format(""), 3) == table.format(number)
