"""All static rules of the notebooks, and which of them hold where."""

from tests.book import (
    claim_style,
    code_style,
    figure_style,
    frame,
    guess_style,
    run_style,
    size_style,
    stored,
    surprise_style,
)
from tests.book.page import Page, findings

EVERYWHERE = (
    *stored.RULES,
    *claim_style.RULES,
    *run_style.RULES,
    *code_style.RULES,
    *figure_style.RULES,
)
CHAPTER = (
    *EVERYWHERE,
    *frame.CHAPTER_RULES,
    *code_style.CHAPTER_RULES,
    *guess_style.ALL_CHAPTERS,
    *size_style.CHAPTER_RULES,
    *surprise_style.CHAPTER_RULES,
)
REWORKED = (*CHAPTER, *guess_style.REWORKED, *size_style.LIMITS)
SOLUTIONS = (*EVERYWHERE, *frame.SOLUTIONS_RULES)


def style_findings(page: Page) -> list[str]:
    """Return everything that the rules find in one notebook."""
    reworked = CHAPTER if page.chapter in guess_style.NOT_YET else REWORKED
    return findings(page, SOLUTIONS if page.is_solutions else reworked)
