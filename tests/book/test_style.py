"""Every notebook keeps the rules, and every rule rejects a notebook planted to break it."""

import pytest

from tests.book import frame, sample
from tests.book.page import book_notebooks, read
from tests.book.style import style_findings
from tools.chapter import REMEMBER
from tools.notebook_form import ROOT, chapter_of, is_solutions, setup_source

NOTEBOOKS = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in book_notebooks()]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_keeps_the_rules(path):
    result = style_findings(read(path))
    assert not result, "\n".join(result)


def test_every_chapter_has_its_solutions_and_its_lab():
    chapters, solutions = (
        {chapter_of(path) for path in book_notebooks() if is_solutions(path) == kind}
        for kind in (False, True)
    )
    labs = (ROOT / "lsdl_helpers" / "labs").glob("*/[a-z]*.py")
    assert chapters == solutions == {chapter_of(path) for path in labs}


def timed(change):
    """Have the chapter, which asks for reproducible arithmetic, not do so; change it then."""

    def change_both(cells):
        cells[1].source = setup_source("models/sample")
        change(cells)

    return change_both


@pytest.mark.parametrize(
    "page",
    [
        sample.chapter(),
        sample.broken(sample.chapter(), timed(lambda cells: None)),
        sample.solutions(),
    ],
    ids=["chapter", "timed", "solved"],
)
def test_the_samples_are_good(page):
    assert not style_findings(page)


def put(k, old, new):
    """Replace text in the source of cell k, counted from 1."""

    def change(cells):
        assert old in cells[k - 1].source, "the planted mistake must take hold"
        cells[k - 1].source = cells[k - 1].source.replace(old, new)

    return change


def drawing(source):
    """Put other code in place of the last line of the cell that draws."""
    return put(13, "plt.show()", source)


def tag(k, *tags):
    return lambda cells: cells[k - 1].metadata.update(tags=list(tags))


def caption(k, group, key):
    return lambda cells: cells[k - 1].metadata["mystnb"][group].pop(key)


def surprise(k, *sentence):
    """Mark another sentence of cell k, or none."""

    def change(cells):
        cells[k - 1].metadata.pop("surprise", None)
        for text in sentence:
            cells[k - 1].metadata["surprise"] = text

    return change


def drop(k, num=1):
    return lambda cells: cells.__delitem__(slice(k - 1, k - 1 + num))


def code(k, source):
    return lambda cells: cells[k - 1].update(source=source)


def html(text):
    output = sample.new_output("display_data", {"text/html": text})
    return lambda cells: cells[9].outputs.append(output)


def twice_the_figure(cells):
    cells[12].outputs *= 2


def long_everywhere(cells):
    for cell in cells[2:]:
        if cell.cell_type == "code":
            cell.source += "\nx = 1" * 6


def figure_of_the_same_name(cells):
    cells[7].metadata = cells[12].metadata


def figure(png):
    return lambda cells: cells[12].update(outputs=[sample.figure_output(png)])


RULE = REMEMBER.removeprefix("## What to remember\n\n")
LINES = "\n".join(f"x{k} = {k}" for k in range(30))

CHAPTER_MISTAKES = {
    "no title": (put(1, "# Sample", "Sample"), "cell 1: no title"),
    "no question": (put(1, "out?", "out."), "0 question marks"),
    "a long question": (put(1, "Write down", "Why? Who? Write down"), "cell 1: 4 sentences"),
    "outcomes as bullets": (put(1, "1. do", "- do"), "1, one `##` for each outcome"),
    "no outcomes": (put(1, "You will be able to", "Aims"), "opening: no outcomes"),
    "no minutes": (put(1, "30 minutes", "a while"), "opening: how long it takes"),
    "no prerequisites": (put(1, "You know", "This is"), "opening: what to know"),
    "no hardware": (put(1, "Hardware: none", "None"), "opening: the hardware"),
    "set-up by hand": (put(2, "ledger =", "led ="), "cell 2: not the set-up cell"),
    "set-up of another": (put(2, "models/sample", "models/vgg"), "cell 2: not the set-up cell"),
    "set-up hidden": (tag(2, "hide-input"), "cell 2: set-up with tags"),
    "set-up twice": (put(8, "ledger", 'setup("x")'), "cell 8: a second set-up"),
    "one section less": (put(12, "## ", "### "), "sections: 1 between the set-up"),
    "other endings": (put(21, "## Sources", "## Further"), "allowed: `## What to remember`"),
    "nothing to remember": (put(14, RULE, ""), "cell 14: 'What to remember' is empty"),
    "no place": (put(15, "## Exercises", "## Exercise"), "whole file: no `## Exercises`"),
    "a remark": (put(17, ":::{", "Aside\n:::{"), "'Aside"),
    "an exercise less": (drop(19, 2), "cell 19: not the exercise of lsdl_helpers/labs/models/sam"),
    "another question": (put(15, "2, 3 and 4", "2 and 3"), "cell 15: not the exercise"),
    "another's check": (put(16, "sample/1", "sample/2"), "cell 16: not the exercise"),
    "solved in the chapter": (put(18, "...", "2"), "cell 18: not the exercise"),
    "no link": (put(19, "solutions/", "answers/"), "cell 19: not the exercise"),
    "another's solution": (put(19, "#exercise-3", "#exercise-1"), "cell 19: not the exercise"),
    "long cells": (long_everywhere, "code cells: a median of 8 lines; allowed: 6"),
    "a cell over 20": (code(8, LINES[:190]), "cells [8]: more than 20 lines"),
    "a cell over 30": (code(13, LINES + "\na = 1"), "cell 13: 31 lines; allowed: 30"),
    "a wide line": (code(13, f"x = {'1' * 79}"), "cell 13: a line of 83 characters; allowed: 82"),
    "code after code": (drop(9), "cell 9: code after code"),
    "star import": (drawing("from math import *"), "cell 13: star import"),
    "sys.path": (drawing("sys.path.append('x')"), "cell 13: sys.path"),
    "%run": (drawing("%run x.py"), "cell 13: %run"),
    "pip": (drawing("%pip install x"), "cell 13: installs"),
    "home": (drawing("open('/home/me/x')"), "cell 13: path of a machine"),
    "windows": (drawing(r"open('C:\\Users\\x')"), "cell 13: path of a machine"),
    "urllib": (drawing("urllib.request.urlopen(x)"), "cell 13: downloads"),
    "wget": (drawing("!wget x"), "cell 13: downloads"),
    "shell": (drawing("!ls"), "cell 13: a command of the shell"),
    "shell magic": (drawing("%%bash\nls"), "cell 13: a command of the shell"),
    "datasets": (drawing("MNIST('.', download=True)"), "cell 13: downloads"),
    "asserts a time": (drawing("assert forward_ms < 3"), "cell 13: asserts 'forward_ms'"),
    "asserts a ratio": (drawing("assert r.ratio < 3"), "cell 13: asserts 'ratio'"),
    "a clock": (code(13, "time.perf_counter()"), "cell 13: calls 'perf_counter'"),
    "about": (html("≈3"), "cell 10: an output that may differ"),
    "ignored": (tag(13, "nbval-ignore-output"), "cell 13: an output that may differ"),
    "no prediction": (put(8, "predict", "note"), "whole file: predicts nothing"),
    "measured first": (put(8, '"products"', '"size"'), "cell 10: measures 'products'"),
    "measured first, f-string": (put(10, '"products"', 'f"size {x}"'), "cell 10: measures 'size"),
    "measured in the open": (tag(10), "cell 10: measures in the open"),
    "no caption": (caption(13, "figure", "caption"), "cell 13: a figure without caption"),
    "no figure name": (caption(13, "figure", "name"), "cell 13: a figure without name"),
    "an explorer without caption": (
        html('<div class="lsdl-explorer" data-explorer="{}"></div>'),
        "cell 10: an explorer without caption",
    ),
    "a wide figure": (drawing("plt.subplots(figsize=(6.4, 3))"), "cell 13: a figure 6.4 inches"),
    "small letters": (drawing("plt.legend(fontsize=8)"), "cell 13: letters of 8 points"),
    "a small font": (drawing('plt.rcParams.update({"font.size": 9})'), "cell 13: letters of 9"),
    "small by name": (drawing("plt.title('x', fontsize='small')"), "cell 13: letters of small"),
    "no alt text": (caption(13, "image", "alt"), "cell 13: a figure without alt"),
    "two figures": (twice_the_figure, "cell 13: 2 figures; allowed: one"),
    "a name twice": (figure_of_the_same_name, "cell 13: a second figure named 'fig-sample'"),
    "no surprise": (surprise(11), "whole file: 0 surprises; allowed: one"),
    "two surprises": (surprise(9, "Now count, or ask the clock."), "whole file: 2 surprises"),
    "a surprise in code": (surprise(10, "len(products)"), "cell 10: the surprise of a code cell"),
    "another's surprise": (put(11, "in one sentence", "shortly"), "cell 11: the surprise does"),
    "a long surprise": (surprise(11, "Very " * 30 + "long."), "cell 11: a surprise of"),
    "garbage": (figure("iVBORw0KGgo="), "cell 13: a picture that cannot be read"),
    "a blank picture": (figure(sample.blank()), "cell 13: a picture of one color"),
    "html without alt": (html('<img src="data:x" alt="">'), "cell 10: '<img src="),
}

SOLUTIONS_MISTAKES = {
    "no title": (put(1, "# ", ""), "cell 1: no title"),
    "set-up by hand": (put(2, "ledger =", "led ="), "cell 2: not the set-up cell"),
    "a cell more": (lambda cells: cells.append(cells[5]), "3 headings for 4 solutions"),
    "a solution less": (drop(9, 2), "whole file: 2 `##` headings for 3 exercises"),
    "no heading": (put(7, "## ", ""), "whole file: 2 headings for 3 solutions"),
    "another title": (put(7, "2: A fault", "2: Fault"), "cell 7: not the exercise"),
    "another number": (put(7, "## Exercise 2", "## Exercise 3"), "cell 7: not the exercise"),
    "no way back": (put(11, "Back to", "See"), "cell 11: not the exercise"),
    "back to another": (put(7, "#sample-1", "#sample-2"), "cell 7: not the exercise"),
    "another question": (put(5, "2, 3 and 4", "2 and 3"), "cell 5: not the exercise"),
    "question alone": (put(5, "One way to the answer, and why it is right.", ""), "cell 5: a qu"),
    "no check": (put(6, "check(", "print("), "cell 6: no check at the end"),
    "check in between": (put(6, "answer)", "answer)\nx = 1"), "cell 6: no check at the end"),
    "star import": (put(4, "from lsdl", "from math import *\nfrom lsdl"), "cell 4: star import"),
}


@pytest.mark.parametrize(("change", "expected"), CHAPTER_MISTAKES.values(), ids=CHAPTER_MISTAKES)
def test_a_bad_chapter_is_rejected(change, expected):
    result = style_findings(sample.broken(sample.chapter(), change))
    assert any(expected in finding for finding in result), result


@pytest.mark.parametrize(
    ("change", "expected"), SOLUTIONS_MISTAKES.values(), ids=SOLUTIONS_MISTAKES
)
def test_bad_solutions_are_rejected(change, expected):
    result = style_findings(sample.broken(sample.solutions(), change))
    assert any(expected in finding for finding in result), result


@pytest.mark.parametrize(
    ("cell", "old", "new"),
    [
        (1, "# Sample", "(sample)=\n# Sample"),
        (1, "**You will be able to**", "## You will be able to"),
        (1, "**Before you start**\n\n- ", "**Before you start.** "),
        (5, "One", "```python\n## not a heading\n```\nOne"),
        (8, '"products"', 'f"{n}cts"'),
        (10, '"products"', "name"),
        (13, "plt.show()", "%matplotlib inline\nplt.show()"),
    ],
)
def test_other_good_forms_pass(cell, old, new):
    assert not style_findings(sample.broken(sample.chapter(), put(cell, old, new)))


@pytest.mark.parametrize(
    "change",
    [code(13, "time.perf_counter()"), html("≈3"), tag(13, "nbval-ignore-output")],
    ids=["a clock", "about", "ignored"],
)
def test_a_page_that_times_may_differ(change):
    assert not style_findings(sample.broken(sample.chapter(), timed(change)))


def test_solutions_need_no_cell_of_imports():
    def share_nothing(cells):
        del cells[2:4]
        for cell in cells[3::2]:
            cell.execution_count -= 1

    assert not style_findings(sample.broken(sample.solutions(), share_nothing))


def test_the_finding_names_file_and_cell():
    page = sample.broken(sample.chapter(), drawing("%run x.py"))
    assert style_findings(page) == [
        "book/models/sample.ipynb, cell 13: %run; allowed: a function of the package"
    ]


def test_the_only_address_to_install_from_is_that_of_the_repository(monkeypatch):
    page, address = sample.chapter(), "https://example.org/owner/course"
    page.notebook.cells[1].source = setup_source(page.chapter, address)
    assert list(frame.has_the_setup_cell(page)) == [
        "cell 2: not the set-up cell; allowed: what `make notebooks` writes here"
    ]
    monkeypatch.setenv("LSDL_REPOSITORY", address)
    assert not list(frame.has_the_setup_cell(page))
