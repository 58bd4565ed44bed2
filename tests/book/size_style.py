"""The size of a page: what a reader can take in, and the minutes that the page says it takes."""

from collections.abc import Iterator

from tests.book.code_style import fits_the_column
from tests.book.page import Page
from tools.page_size import (
    MOST_EXERCISES,
    MOST_PREDICTIONS,
    MOST_WORDS,
    page_size,
    stated_minutes,
)

WIDEST = 76  # characters that a screen of 1280 px shows without scrolling


def states_its_minutes(page: Page) -> Iterator[str]:
    stated, right = stated_minutes(page.notebook), page_size(page.notebook).minutes
    if stated is not None and stated != right:
        yield f"opening: {stated} minutes; allowed: {right}, which `make notebooks` writes"


def has_few_words(page: Page) -> Iterator[str]:
    if (words := page_size(page.notebook).words) > MOST_WORDS:
        yield f"whole file: {words} words with code and outputs; allowed: {MOST_WORDS}"


def has_few_predictions(page: Page) -> Iterator[str]:
    if (predictions := page_size(page.notebook).predictions) > MOST_PREDICTIONS:
        yield f"whole file: {predictions} predictions; allowed: {MOST_PREDICTIONS}"


def has_few_exercises(page: Page) -> Iterator[str]:
    if (exercises := page_size(page.notebook).exercises) > MOST_EXERCISES:
        yield f"whole file: {exercises} exercises; allowed: {MOST_EXERCISES}"


def fits_a_screen(page: Page) -> Iterator[str]:
    yield from fits_the_column(page, WIDEST)


CHAPTER_RULES = (states_its_minutes,)
LIMITS = (has_few_words, has_few_predictions, has_few_exercises, fits_a_screen)  # once reworked
