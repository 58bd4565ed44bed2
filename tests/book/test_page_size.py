"""Words, predictions and exercises of a page, the minutes that follow, and their limits."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book import sample, size_style
from tests.book.page import findings
from tools.page_size import PageSize, page_size, stated_minutes, write_minutes


def words(*cells):
    return page_size(new_notebook(cells=list(cells))).words


@pytest.mark.parametrize(("text", "number"), [
    ("# One title\n\nTwo words.", 4),
    ("A {term}`peak <peak rate>` and {numref}`fig-a`.", 6),
    ("See [the page](../models/vgg.ipynb) – *now*.", 4),
    ("```{note}\n:class: tip\nThree words here.\n```", 3),
    (":::{exercise} A title\n:label: a-1\n\nWhat? [Solution](../s.ipynb#b)\n:::", 4),
    ("(target)=\n## Title\n\n<!-- not\nseen -->\n% a comment", 1),
    ("$$\nt = \\frac{a}{b}\n$$", 2),
])  # fmt: skip
def test_a_text_has_the_words_that_are_read(text, number):
    assert words(new_markdown_cell(text)) == number


@pytest.mark.parametrize(("output", "number"), [
    (sample.new_output("stream", text="took 3 ms\n"), 3),
    (sample.new_output("display_data", {"text/plain": "a", "text/html": "<b>c</b>d &lt; e"}), 3),
    (sample.new_output("display_data", {"text/html": "<style>p {}</style><td>c</td> d"}), 2),
    (sample.figure_output(sample.blank()), 0),
    (sample.new_output("display_data", {"text/plain": "time: 3 ms"}), 3),
])  # fmt: skip
def test_outputs_that_are_text_count(output, number):
    assert words(new_code_cell("x = 2", outputs=[output])) == 2 + number


def test_a_caption_is_read():
    figure = {"mystnb": {"figure": {"caption": "Three more words."}}}
    assert words(new_code_cell("draw()", metadata=figure)) == 4


def shown(*names):
    entries = [{"name": name} for name in names]
    return sample.new_output("display_data", {"text/plain": ""}, metadata={"lsdl": entries})


def test_predictions_are_what_the_ledger_shows():
    page = sample.chapter()
    assert page_size(page.notebook)[1:] == (1, 3)
    page.notebook.cells[7].outputs = [shown("products"), shown("sums")]
    page.notebook.cells[9].outputs = [shown("products")]
    assert page_size(page.notebook).predictions == 2


@pytest.mark.parametrize(("size", "minutes"), [
    (PageSize(130 * 15, 0, 0), 15),
    (PageSize(130 * 15 + 1, 0, 0), 30),
    (PageSize(130 * 20, 5, 3), 45),
    (PageSize(130 * 20, 6, 3), 60),
])  # fmt: skip
def test_minutes_are_rounded_up_to_quarters_of_an_hour(size, minutes):
    assert size.minutes == minutes


def test_minutes_are_written_where_they_stand():
    page, text = sample.chapter(), sample.chapter().notebook.cells[0].source
    page.notebook.cells[0].source = text.replace("takes 30 minutes", "takes 8 or 120 minutes")
    assert stated_minutes(page.notebook) == 120
    assert findings(page, size_style.CHAPTER_RULES) == [
        "book/models/sample.ipynb, opening: 120 minutes; "
        "allowed: 30, which `make notebooks` writes"
    ]
    write_minutes(page.notebook)
    assert page.notebook.cells[0].source == text.replace("takes 30", "takes 8 or 30")


def test_minutes_above_and_below_stay():
    page = new_notebook(cells=[
        new_markdown_cell("In 7 minutes.\n\n**Before you start**\n\n- 1 minutes, not 5 minutes"),
        new_markdown_cell("9 minutes"),
    ])  # fmt: skip
    write_minutes(page)
    assert "7 minutes" in page.cells[0].source
    assert "- 15 minutes, not 5 minutes" in page.cells[0].source
    assert page.cells[1].source == "9 minutes"


def put(k, source):
    return lambda cells: cells[k - 1].update(source=source)


def many_predictions(cells):
    cells[7].outputs = [shown(f"quantity {k}") for k in range(10)]


@pytest.mark.parametrize(("change", "expected"), [
    (put(5, "word " * 4000), "words with code and outputs; allowed: 4000"),
    (many_predictions, "whole file: 11 predictions; allowed: 10"),
    (put(5, "{exercise} " * 4), "whole file: 7 exercises; allowed: 6"),
    (put(8, f"x = {'1' * 73}"), "cell 8: a line of 77 characters; allowed: 76"),
])  # fmt: skip
def test_a_page_that_is_too_large_is_rejected(change, expected):
    assert not findings(sample.chapter(), size_style.LIMITS)
    result = findings(sample.broken(sample.chapter(), change), size_style.LIMITS)
    assert len(result) == 1
    assert expected in result[0], result
