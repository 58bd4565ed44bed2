"""The sentence on what surprised the authors, which the front page takes from a chapter."""

from collections.abc import Iterator

from tests.book.page import Page

MOST_WORDS = 30


def marks_one_surprise(page: Page) -> Iterator[str]:
    marked = [(number, cell) for number, cell in page.cells if "surprise" in cell.metadata]
    if len(marked) != 1:
        yield f"whole file: {len(marked)} surprises; allowed: one, in the metadata of a text cell"
    for number, cell in marked:
        sentence = cell.metadata.surprise
        if cell.cell_type != "markdown":
            yield f"cell {number}: the surprise of a {cell.cell_type} cell; allowed: of a text cell"
        if sentence not in cell.source or not sentence.endswith("."):
            yield f"cell {number}: the surprise does not stand there; allowed: a whole sentence"
        if (words := len(sentence.split())) > MOST_WORDS:
            yield f"cell {number}: a surprise of {words} words; allowed: {MOST_WORDS}"


CHAPTER_RULES = (marks_one_surprise,)
