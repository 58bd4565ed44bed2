"""All static rules of the notebooks, and which of them hold where."""

from tests.book import code_style, figure_style, frame, stored
from tests.book.page import Page, checked_ids, findings

EVERYWHERE = (*stored.RULES, *code_style.RULES, *figure_style.RULES)
CHAPTER = (*EVERYWHERE, *frame.CHAPTER_RULES, *code_style.CHAPTER_RULES)
SOLUTIONS = (*EVERYWHERE, *frame.SOLUTIONS_RULES)


def style_findings(page: Page) -> list[str]:
    """Return everything that the rules find in one notebook."""
    return findings(page, SOLUTIONS if page.is_solutions else CHAPTER)


def unsolved(chapter: Page, solutions: Page) -> set[str]:
    """Return the exercises that stand in only one of the two."""
    asked, solved = (
        {name for _, cell in page.code for name in checked_ids(cell.source)}
        for page in (chapter, solutions)
    )
    return asked ^ solved
