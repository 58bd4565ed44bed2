"""The frame that every chapter has, and the one that its solutions have."""

import copy
import re
from collections.abc import Iterator

import nbformat

from book._ext.repository import repository_address
from lsdl_helpers.labs import exercises
from tests.book.page import Page, checked_ids, headings
from tools.notebook_form import ROOT, is_reproducible, is_setup, setup_source, write_exercises

OPENING = ("You will be able to", "Before you start")
ENDING = ["What to remember", "Exercises", "Sources"]


def opening(page: Page) -> str:
    """Return the text above the first code cell."""
    first_code = page.code[0][0] if page.code else len(page.cells) + 1
    return "\n\n".join(cell.source for number, cell in page.cells if number < first_code)


def opening_parts(page: Page) -> dict[str, str]:
    """Split the opening at its bold or `##` phrases; what stands above them is "question"."""
    pattern = rf"^(?:\*\*|##+ )({'|'.join(OPENING)})[.:]?(?:\*\*)?"
    text = re.sub(r"\A(?:\([\w-]+\)=\s*)?# [^\n]*", "", opening(page))
    question, *rest = re.split(pattern, text, flags=re.MULTILINE)
    return {"question": question, **dict(zip(rest[::2], rest[1::2], strict=True))}


def outcomes(page: Page) -> list[str]:
    """Return the numbered outcomes that the chapter promises."""
    promised = opening_parts(page).get("You will be able to", "")
    return re.findall(r"^\d+[.)] +(.+)$", promised, re.MULTILINE)


def starts_with_title(page: Page) -> Iterator[str]:
    first = page.notebook.cells[0]
    if first.cell_type != "markdown" or not re.match(r"(?:\([\w-]+\)=\s*)?# \S", first.source):
        yield "cell 1: no title; allowed: `# Title` at the top of a text cell"


def asks_a_question(page: Page) -> Iterator[str]:
    question = opening_parts(page)["question"]
    num_sentences = len(re.findall(r"[.?!](?=[\s*_”\"')]|$)", question))
    if not 2 <= num_sentences <= 3 or "?" not in question:
        yield (
            f"cell 1: {num_sentences} sentences under the title, {question.count('?')} question "
            "marks; allowed: the chapter's question, in two or three sentences"
        )


def promises_outcomes(page: Page) -> Iterator[str]:
    if not outcomes(page):
        yield "opening: no outcomes; allowed: **You will be able to** with a numbered list"


def says_what_is_needed(page: Page) -> Iterator[str]:
    needed = opening_parts(page).get("Before you start", "")
    for what, pattern in (
        ("what to know", r"\b(?:know|prerequisite)"),
        ("how long it takes", r"\b\d+ minutes"),
        ("the hardware", r"\bhardware\b"),
    ):
        if not re.search(pattern, needed, re.IGNORECASE):
            yield (
                f"opening: {what} is missing; allowed: **Before you start** with a line each "
                "for what to know, `… minutes` and `hardware`"
            )


def has_the_setup_cell(page: Page) -> Iterator[str]:
    if not page.code:
        yield "whole file: no code; allowed: the set-up cell of `make notebooks`"
        return
    number, cell = page.code[0]
    reproducible = is_reproducible(cell.source)
    # On the branch that the site's buttons open, the notebooks have the address.
    addresses = ("", repository_address(ROOT))
    if cell.source not in (
        setup_source(page.chapter, address, reproducible=reproducible) for address in addresses
    ):
        yield f"cell {number}: not the set-up cell; allowed: what `make notebooks` writes here"
    if cell.metadata.get("tags"):
        yield f"cell {number}: set-up with tags {cell.metadata.tags}; allowed: in full view"
    for number, cell in page.code[1:]:
        if is_setup(cell.source):
            yield f"cell {number}: a second set-up; allowed: one, the first code cell"


def has_a_section_for_each_outcome(page: Page) -> Iterator[str]:
    first_code = page.code[0][0] if page.code else 0
    titles = [title for number, title in headings(page) if number > first_code]
    sections = titles[: titles.index(ENDING[0])] if ENDING[0] in titles else titles
    if len(sections) != len(outcomes(page)):
        yield (
            f"sections: {len(sections)} between the set-up and {ENDING[0]!r}; "
            f"allowed: {len(outcomes(page))}, one `##` for each outcome"
        )


def ends_as_all_do(page: Page) -> Iterator[str]:
    titles = [title for _, title in headings(page)]
    if titles[-3:] != ENDING or len(set(titles)) != len(titles):
        allowed = ", ".join(f"`## {title}`" for title in ENDING)
        yield f"sections: ends with {titles[-3:]}; allowed: {allowed}, each once, at the end"
    for number, cell in page.cells:
        for title in set(ENDING) - {"Exercises"}:
            if re.search(rf"^## {title}\s*\Z", cell.source, re.MULTILINE):
                yield f"cell {number}: {title!r} is empty; allowed: its text in the same cell"


def has_the_exercises_of_its_lab(page: Page) -> Iterator[str]:
    written = copy.deepcopy(page.notebook)
    try:
        write_exercises(written, page.path, exercises(page.chapter))
    except ValueError as error:
        yield f"whole file: {error}"
        return
    for (number, cell), right in zip(page.cells, written.cells, strict=False):
        if (cell.cell_type, cell.source) != (right.cell_type, right.source):
            yield (
                f"cell {number}: not the exercise of lsdl_helpers/labs/{page.chapter}.py; "
                "allowed: what `make notebooks` writes here"
            )
            return


def solution_cells(page: Page) -> list[tuple[int, nbformat.NotebookNode]]:
    """Return the code after the set-up, without a first cell of what all solutions use."""
    code = page.code_after_setup
    first_heading = min((number for number, _ in headings(page)), default=0)
    shared = code and not checked_ids(code[0][1].source) and code[0][0] < first_heading
    return code[1:] if shared else code


def is_only_solutions(page: Page) -> Iterator[str]:
    """After title and set-up: text and one cell of code, for each exercise."""
    kinds = "".join(cell.cell_type[0] for _, cell in page.cells)
    headed = [number for number, _ in headings(page)]
    if not re.fullmatch(r"mc(?:m+c)+m?", kinds) or len(headed) != len(solution_cells(page)):
        yield (
            f"whole file: {len(headed)} headings for {len(solution_cells(page))} solutions, or "
            "other cells; allowed: the title, the set-up cell, perhaps one cell of what all "
            "solutions use, and for each exercise a `##`, text and one code cell"
        )


def solves_each_exercise(page: Page) -> Iterator[str]:
    for k, (number, cell) in enumerate(solution_cells(page), start=1):
        last_line = cell.source.strip().splitlines()[-1]
        if checked_ids(cell.source)[-1:] != [f"{page.chapter}/{k}"] or "check(" not in last_line:
            yield (
                f'cell {number}: no check at the end; allowed: `check("{page.chapter}/{k}", …)` '
                "as the last line"
            )


def explains_each_solution(page: Page) -> Iterator[str]:
    for number, title in headings(page):
        below = page.notebook.cells[number - 1].source.partition(f"## {title}")[2]
        if not re.sub(r"^>.*", "", below, flags=re.MULTILINE).strip():
            yield f"cell {number}: a question alone; allowed: a question and what the solution does"


CHAPTER_RULES = (
    starts_with_title,
    asks_a_question,
    promises_outcomes,
    says_what_is_needed,
    has_the_setup_cell,
    has_a_section_for_each_outcome,
    ends_as_all_do,
    has_the_exercises_of_its_lab,
)
SOLUTIONS_RULES = (
    starts_with_title,
    has_the_setup_cell,
    has_the_exercises_of_its_lab,
    is_only_solutions,
    solves_each_exercise,
    explains_each_solution,
)
