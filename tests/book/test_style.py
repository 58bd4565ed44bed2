"""Every notebook keeps the rules, and every rule rejects a notebook planted to break it."""

import pytest

from tests.book import frame, sample
from tests.book.page import book_notebooks, read
from tests.book.style import style_findings, unsolved
from tools.notebook_form import ROOT

NOTEBOOKS = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in book_notebooks()]
CHAPTERS = [p for p in NOTEBOOKS if "solutions" not in p.values[0].parts]


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_notebook_keeps_the_rules(path):
    found = style_findings(read(path))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", CHAPTERS)
def test_every_exercise_is_solved(path):
    solutions = ROOT / "book" / "solutions" / path.parent.name / path.name
    assert not unsolved(read(path), read(solutions))


def reproducible(change):
    """Have the chapter ask for reproducible arithmetic, and change it then."""

    def change_both(cells):
        cells[1].source = sample.setup_source("models/sample", reproducible=True)
        change(cells)

    return change_both


@pytest.mark.parametrize(
    "page",
    [
        sample.chapter(),
        sample.broken(sample.chapter(), reproducible(lambda cells: None)),
        sample.solutions(),
    ],
    ids=["chapter", "reproducible", "solved"],
)
def test_the_samples_are_good(page):
    assert not style_findings(page)


def put(k, old, new):
    """Replace text in the source of cell k, counted from 1."""

    def change(cells):
        assert old in cells[k - 1].source, "the planted mistake must take hold"
        cells[k - 1].source = cells[k - 1].source.replace(old, new)

    return change


def tag(k, *tags):
    return lambda cells: cells[k - 1].metadata.update(tags=list(tags))


def caption(k, group, key):
    return lambda cells: cells[k - 1].metadata["mystnb"][group].pop(key)


def drop(k, num=1):
    return lambda cells: cells.__delitem__(slice(k - 1, k - 1 + num))


def code(k, source):
    return lambda cells: cells[k - 1].update(source=source)


def html(text):
    output = sample.new_output("display_data", {"text/html": text})
    return lambda cells: cells[3].update(outputs=[output])


def twice_the_figure(cells):
    cells[7].outputs *= 2


def long_everywhere(cells):
    for cell in cells[2:]:
        if cell.cell_type == "code":
            cell.source += "\nx = 1" * 6


def figure_of_the_same_name(cells):
    cells[3].metadata = cells[7].metadata


def figure(png):
    return lambda cells: cells[7].update(outputs=[sample.figure_output(png)])


LINES = "\n".join(f"x{k} = {k}" for k in range(30))

CHAPTER_MISTAKES = {
    "no title": (put(1, "# A sample", "A sample"), "cell 1: no title"),
    "no question": (put(1, "cost?", "cost."), "0 question marks"),
    "a long question": (put(1, "We count", "Why? Who? We count"), "cell 1: 4 sentences"),
    "outcomes as bullets": (put(1, "1. count", "- count"), "1, one `##` for each outcome"),
    "no outcomes": (put(1, "You will be able to", "Aims"), "opening: no outcomes"),
    "no minutes": (put(1, "20 minutes", "a while"), "opening: how long it takes"),
    "no prerequisites": (put(1, "You know", "This is"), "opening: what to know"),
    "no hardware": (put(1, "Hardware: none", "None"), "opening: the hardware"),
    "set-up by hand": (put(2, "ledger =", "led ="), "cell 2: not the set-up cell"),
    "set-up of another": (put(2, "models/sample", "models/vgg"), "cell 2: not the set-up cell"),
    "set-up hidden": (tag(2, "hide-input"), "cell 2: set-up with tags"),
    "set-up twice": (put(4, "ledger", 'setup("x")'), "cell 4: a second set-up"),
    "one section less": (put(7, "## ", "### "), "sections: 1 between the set-up"),
    "other endings": (put(16, "## Sources", "## Further"), "allowed: `## What to remember`"),
    "nothing to remember": (put(9, "Count first.", ""), "cell 9: 'What to remember' is empty"),
    "two exercises": (drop(14, 2), "exercises: 2; allowed: 3 to 6"),
    "exercises in one cell": (put(10, ":::{ex", ":::{exercise}\n:::\n:::{ex"), "cell 10: several"),
    "another's check": (put(11, "sample/1", "sample/2"), "cell 10: exercise 1 without its stub"),
    "solved in the chapter": (put(13, "...", "2"), "cell 12: exercise 2 without its stub"),
    "no link": (put(14, "solutions/", "answers/"), "cell 14: no link"),
    "long cells": (long_everywhere, "code cells: a median of 7.5 lines; allowed: 6"),
    "a cell over 20": (code(4, LINES[:190]), "cells [4]: more than 20 lines"),
    "a cell over 30": (code(8, LINES + "\na = 1"), "cell 8: 31 lines; allowed: 30"),
    "a wide line": (code(8, f"x = {'1' * 79}"), "cell 8: a line of 83 characters; allowed: 82"),
    "code after code": (drop(5), "cell 5: code after code"),
    "star import": (put(8, "draw()", "from math import *"), "cell 8: star import"),
    "sys.path": (put(8, "draw()", "sys.path.append('x')"), "cell 8: sys.path"),
    "%run": (put(8, "draw()", "%run x.py"), "cell 8: %run"),
    "pip": (put(8, "draw()", "%pip install x"), "cell 8: installs"),
    "home": (put(8, "draw()", "open('/home/me/x')"), "cell 8: path of a machine"),
    "windows": (put(8, "draw()", r"open('C:\\Users\\x')"), "cell 8: path of a machine"),
    "urllib": (put(8, "draw()", "urllib.request.urlopen(x)"), "cell 8: downloads"),
    "wget": (put(8, "draw()", "!wget x"), "cell 8: downloads"),
    "shell": (put(8, "draw()", "!ls"), "cell 8: a command of the shell"),
    "shell magic": (put(8, "draw()", "%%bash\nls"), "cell 8: a command of the shell"),
    "datasets": (put(8, "draw()", "MNIST('.', download=True)"), "cell 8: downloads"),
    "asserts a time": (put(8, "draw()", "assert forward_ms < 3"), "cell 8: asserts 'forward_ms'"),
    "asserts a ratio": (put(8, "draw()", "assert r.ratio < 3"), "cell 8: asserts 'ratio'"),
    "a clock": (reproducible(code(8, "time.perf_counter()")), "cell 8: calls 'perf_counter'"),
    "about": (reproducible(html("≈3")), "cell 4: an output that may differ"),
    "ignored": (reproducible(tag(8, "nbval-ignore-output")), "cell 8: an output that may differ"),
    "no prediction": (put(4, "predict", "note"), "whole file: predicts nothing"),
    "measured first": (put(4, '"time"', '"size"'), "cell 6: measures 'time'"),
    "measured first, f-string": (put(6, '"time"', 'f"size {x}"'), "cell 6: measures 'size {}'"),
    "measured in the open": (tag(6), "cell 6: measures in the open"),
    "no caption": (caption(8, "figure", "caption"), "cell 8: a figure without caption"),
    "no figure name": (caption(8, "figure", "name"), "cell 8: a figure without name"),
    "no alt text": (caption(8, "image", "alt"), "cell 8: a figure without alt"),
    "two figures": (twice_the_figure, "cell 8: 2 figures; allowed: one"),
    "a name twice": (figure_of_the_same_name, "cell 8: a second figure named 'fig-times'"),
    "garbage": (figure("iVBORw0KGgo="), "cell 8: a picture that cannot be read"),
    "a blank picture": (figure(sample.blank()), "cell 8: a picture of one color"),
    "html without alt": (html('<img src="data:x" alt="">'), "cell 4: '<img src="),
}

SOLUTIONS_MISTAKES = {
    "no title": (put(1, "# ", ""), "cell 1: no title"),
    "set-up by hand": (put(2, "ledger =", "led ="), "cell 2: not the set-up cell"),
    "a cell more": (lambda cells: cells.append(cells[3]), "3 headings for 4 solutions"),
    "heading alone": (put(3, "Two for each element.", ""), "cell 3: a heading alone"),
    "no heading": (put(5, "## ", ""), "whole file: 2 headings for 3 solutions"),
    "no check": (put(4, "check(", "print("), "cell 4: no check at the end"),
    "check in between": (put(4, "answer)", "answer)\nx = 1"), "cell 4: no check at the end"),
    "star import": (put(4, "answer = 2", "from math import *"), "cell 4: star import"),
}


@pytest.mark.parametrize(("change", "expected"), CHAPTER_MISTAKES.values(), ids=CHAPTER_MISTAKES)
def test_a_bad_chapter_is_rejected(change, expected):
    found = style_findings(sample.broken(sample.chapter(), change))
    assert any(expected in finding for finding in found), found


@pytest.mark.parametrize(
    ("change", "expected"), SOLUTIONS_MISTAKES.values(), ids=SOLUTIONS_MISTAKES
)
def test_bad_solutions_are_rejected(change, expected):
    found = style_findings(sample.broken(sample.solutions(), change))
    assert any(expected in finding for finding in found), found


@pytest.mark.parametrize(
    ("cell", "old", "new"),
    [
        (1, "# A sample", "(sample)=\n# A sample"),
        (1, "**You will be able to**", "## You will be able to"),
        (1, "**Before you start**\n\n- ", "**Before you start.** "),
        (3, "Two", "```python\n## not a heading\n```\nTwo"),
        (4, '"time"', 'f"{n}me"'),
        (6, '"time"', "name"),
        (8, "draw()", "%matplotlib inline\ndraw()"),
        (10, ":::", "```"),
    ],
)
def test_other_good_forms_pass(cell, old, new):
    assert not style_findings(sample.broken(sample.chapter(), put(cell, old, new)))


def test_solutions_may_share_a_cell_of_imports():
    def share(cells):
        cells[2:2] = sample.solutions().notebook.cells[2:4]
        cells[2].update(source="All use this:", id="shared-text")
        cells[3].update(source="import math", id="shared-code")
        for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
            cell.execution_count = count

    assert not style_findings(sample.broken(sample.solutions(), share))


def test_the_finding_names_file_and_cell():
    page = sample.broken(sample.chapter(), put(8, "draw()", "%run x.py"))
    assert style_findings(page) == [
        "book/models/sample.ipynb, cell 8: %run; allowed: a function of the package"
    ]


def test_the_only_address_to_install_from_is_that_of_the_repository(monkeypatch):
    page, address = sample.chapter(), "https://example.org/owner/course"
    page.notebook.cells[1].source = sample.setup_source(page.chapter, address)
    assert list(frame.has_the_setup_cell(page)) == [
        "cell 2: not the set-up cell; allowed: what `make notebooks` writes here"
    ]
    monkeypatch.setenv("LSDL_REPOSITORY", address)
    assert not list(frame.has_the_setup_cell(page))


def test_an_exercise_without_solution_is_found():
    page = sample.broken(sample.solutions(), drop(7, 2))
    assert unsolved(sample.chapter(), page) == {"models/sample/3"}
