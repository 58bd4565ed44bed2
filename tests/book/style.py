"""All static rules of the notebooks, and which of them hold where."""

from tests.book import code_style, figure_style, frame, stored
from tests.book.page import Page, findings

EVERYWHERE = (*stored.RULES, *code_style.RULES, *figure_style.RULES)
CHAPTER = (*EVERYWHERE, *frame.CHAPTER_RULES, *code_style.CHAPTER_RULES)
SOLUTIONS = (*EVERYWHERE, *frame.SOLUTIONS_RULES)


def style_findings(page: Page) -> list[str]:
    """Return everything that the rules find in one notebook."""
    return findings(page, SOLUTIONS if page.is_solutions else CHAPTER)
