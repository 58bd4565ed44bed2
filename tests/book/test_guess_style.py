"""Each rule on guesses rejects a chapter planted to break it; test_style.py runs them all."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.book import sample
from tests.book.guess_style import NOT_YET, REWORKED
from tests.book.page import book_notebooks, findings, read
from tests.book.style import style_findings
from tools.notebook_form import chapter_of, is_solutions

NUM_NOT_YET = 6  # lowered with each chapter that leaves the list


def test_the_list_of_pages_to_rework_only_shrinks():
    assert len(NOT_YET) <= NUM_NOT_YET
    for path in book_notebooks():
        if chapter_of(path) in NOT_YET and not is_solutions(path):
            assert findings(read(path), REWORKED), f"{path.stem} is in shape: take it off the list"


def source(k, text):
    """Put other source into cell k, counted from 1."""
    return lambda cells: cells[k - 1].update(source=text)


def added(k, cell):
    return lambda cells: cells.insert(k, cell)


def tagged(k, *tags):
    return lambda cells: cells[k - 1].metadata.update(tags=list(tags))


def shown(k, mime):
    output = sample.new_output("display_data", {mime: "x"})
    return lambda cells: cells[k - 1].outputs.append(output)


def without(k):
    return lambda cells: cells[k - 1].outputs.clear()


def explorer(cells):
    cells[7].source += "\nexplore(draw, k=[1, 2])"


MEASURE = 'ledger.measure("products", 24)'
MISTAKES = {
    "a default": (source(6, "guess = 24"), "cell 6: guess = 24; allowed: None"),
    "a tuple": (source(6, "guess, guess_b = None, 2"), "cell 6: guess = (None, 2)"),
    "a dictionary": (source(6, "guesses = {1: None, 2: 3}"), "cell 6: guesses ="),
    "in the call": (source(8, 'ledger.predict("products", 24, guess=24)'), "cell 8: guess=24; a"),
    "no fold": (tagged(10), "cell 6: a guess that nothing answers"),
    "two guesses": (added(6, new_code_cell("guess_b = None")), "cell 6: a guess that nothing"),
    "no prediction of it": (source(8, 'ledger.predict("products", 24)'), "cell 6: a guess without"),
    "a heading": (source(7, "### How\n\nDerive."), "cell 7: a heading in a fold"),
    "a heading below": (source(11, "## Next\n\nDone."), "cell 11: a heading in a fold"),
    "an open table": (shown(8, "text/html"), "cell 8: a table between a guess and its"),
    "an open figure": (shown(8, "image/png"), "cell 8: a figure between a guess and its"),
    "an open explorer": (explorer, "cell 8: an explorer between a guess and its"),
    "an unseen prediction": (without(8), "cell 8: predicts 'products' and does not show it"),
    "an unseen measurement": (without(10), "cell 10: measures 'products' and does not show it"),
    "at once": (source(10, f'ledger.predict("products", 24)\n{MEASURE}'), "cell 10: predicts and"),
    "told in the open": (tagged(11), "cell 10: a measurement without explanation"),
    "nothing explained": (tagged(12, "explain"), "cell 12: a heading in a fold"),
    "explained before": (tagged(9, "explain"), "cell 9: explains nothing"),
    "no claim": (source(11, "It took twice as long."), "cell 11: 'twice' without a claim"),
}


@pytest.mark.parametrize(("change", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_page_that_tells_is_rejected(change, expected):
    result = style_findings(sample.broken(sample.chapter(), change))
    assert any(expected in finding for finding in result), result


def claimed(cells):
    cells[10].source += " It took twice as long."
    cells[10].metadata["claims"] = ['ledger["products"].ratio == 1']


def two_names(cells):
    cells[5].source = "guess = None\nguess_time = None    # yours"


def by_key(cells):
    cells[5].source = 'guesses = {"one": None, 64: None}    # yours'
    cells[7].source = 'ledger.predict(f"{name}s", 24, guess=guesses["one"])'


def a_figure_that_explains(cells):
    cells.insert(11, new_code_cell("draw()", id="figure", metadata={"tags": ["explain"]}))
    cells.insert(12, new_markdown_cell("See.", id="see", metadata={"tags": ["explain"]}))


@pytest.mark.parametrize("change", [claimed, two_names, by_key])
def test_other_good_forms_pass(change):
    assert not style_findings(sample.broken(sample.chapter(), change))


def test_what_explains_may_be_text_and_figures():
    page = sample.broken(sample.chapter(), a_figure_that_explains)
    assert not findings(page, REWORKED)


def test_a_chapter_on_the_list_is_only_asked_for_guesses_of_none():
    page = sample.chapter()._replace(path=Path("book/gpu/timing.ipynb"))
    tagged(11)(page.notebook.cells)
    assert not [finding for finding in style_findings(page) if "explanation" in finding]
