"""A page waits for the reader's guess: nothing gives the answer away before its fold opens."""

import ast
import re
from collections.abc import Iterator

import nbformat

from tests.book.page import Page, calls, without_fences
from tools.guesses import (
    Fold,
    agree,
    entries,
    folds,
    guessed_entries,
    guessed_variables,
    ledger_calls,
    named,
    tags,
)

# Chapters that are not yet in this shape. A chapter leaves the list when it is reworked, and
# test_guess_style.py lets none stay that is, and none come back.
NOT_YET = (
    "compression/mimic",
    "cpu/fixed_point",
    "dynamic/cascades",
    "gpu/timing",
    "parallel/data_parallel",
    "parallel/model_parallel",
)

COMPARES = re.compile(
    r"\b(?:more|less|fewer|nearer|further|faster|slower|larger|smaller|higher|lower|longer|"
    r"shorter|above|below|exceeds?|nearly|almost|twice|half|third|quarter|most|least|"
    r"as (?:much|many|long|fast|large) as|percent|times)\b"
)


def waits_for_the_reader(page: Page) -> Iterator[str]:
    """What stands in the guess is the reader's: no number is exported that nobody gave."""
    for number, cell in page.code:
        for name, value in guessed_variables(cell).items():
            if any(given.value is not None for given in _constants(value)):
                yield f"cell {number}: {name} = {ast.unparse(value)}; allowed: None"
        for call in ledger_calls(cell.source, "predict"):
            for keyword in call.keywords:
                names = [n.id for n in ast.walk(keyword.value) if isinstance(n, ast.Name)]
                if keyword.arg == "guess" and not any(n.startswith("guess") for n in names):
                    given = ast.unparse(keyword.value)
                    yield f"cell {number}: guess={given}; allowed: the variable of a guess cell"


def _constants(value: ast.expr) -> list[ast.Constant]:
    """Return the constants that a guess is set to; the keys of a dictionary are none."""
    parts = value.values if isinstance(value, ast.Dict) else [value]
    return [n for part in parts for n in ast.walk(part) if isinstance(n, ast.Constant)]


def folds_under_each_guess(page: Page) -> Iterator[str]:
    """A guess, its derivation, its measurement and the explanation stand in one section."""
    found = folds(page.notebook)
    for number, cell in page.code:
        if guessed_variables(cell) and number - 1 not in {fold.guess for fold in found}:
            yield f"cell {number}: a guess that nothing answers; allowed: a cell that measures"
    for fold in found:
        if fold.guess is None:
            continue
        if not guessed_entries(page.notebook, fold):
            yield f"cell {fold.guess + 1}: a guess without ledger.predict(…, guess=…) below it"
        for k in (*fold.derivation, *fold.measurement):
            if _has_heading(page.notebook.cells[k]):
                yield f"cell {k + 1}: a heading in a fold; allowed: in a cell of its own, below"


def _has_heading(cell: nbformat.NotebookNode) -> bool:
    text = cell.cell_type == "markdown" and without_fences(cell.source)
    return bool(text and re.search(r"^#+ ", text, re.MULTILINE))


def shows_nothing_before_the_fold(page: Page) -> Iterator[str]:
    """Between a guess and its measurement nothing is shown but the prediction."""
    for fold in folds(page.notebook):
        for k in fold.derivation:
            cell = page.notebook.cells[k]
            if cell.cell_type == "code" and (what := open_answer(cell)):
                yield (
                    f"cell {k + 1}: {what} between a guess and its measurement; allowed: the "
                    "prediction alone, and the rest with the tag explain"
                )


def open_answer(cell: nbformat.NotebookNode) -> str:
    """Return what a cell shows beside its predictions: a table, a figure, an explorer."""
    if any(ast.unparse(call.func) == "explore" for call in calls(cell.source)):
        return "an explorer"
    for output in cell.outputs:
        if "lsdl" in output.get("metadata", {}):
            continue
        if any(mime.startswith("image/") for mime in output.get("data", {})):
            return "a figure"
        if "text/html" in output.get("data", {}):
            return "a table"
    return ""


def shows_what_it_predicts_and_measures(page: Page) -> Iterator[str]:
    """A prediction is seen before the measurement, and both are seen."""
    for number, cell in page.code:
        shown = [entry["name"] for entry in entries(cell)]
        methods = {m: [*ledger_calls(cell.source, m)] for m in ("predict", "measure")}
        if all(methods.values()):
            yield f"cell {number}: predicts and measures; allowed: one of the two"
        for method, found in methods.items():
            for name in map(named, found):
                if not any(agree(name, entry) for entry in shown):
                    yield f"cell {number}: {method}s {name!r} and does not show it"


def explains_in_the_fold(page: Page) -> Iterator[str]:
    """The sentence after a measurement tells the result: it folds with the measurement."""
    explained = set()
    for fold in folds(page.notebook):
        explained |= set(fold.measurement)
        if measures(page, fold) and not _explains(page, fold):
            k = fold.measurement.stop
            yield f"cell {k}: a measurement without explanation; allowed: text, tag explain"
    for number, cell in page.cells:
        if "explain" in tags(cell) and number - 1 not in explained:
            yield f"cell {number}: explains nothing; allowed: the tag explain below a measurement"


def measures(page: Page, fold: Fold) -> bool:
    """Tell whether a fold holds a measurement of the ledger."""
    cells = [page.notebook.cells[k] for k in fold.measurement]
    return any(
        list(ledger_calls(cell.source, "measure")) for cell in cells if cell.cell_type == "code"
    )


def _explains(page: Page, fold: Fold) -> bool:
    return any(page.notebook.cells[k].cell_type == "markdown" for k in fold.measurement)


def claims_what_it_compares(page: Page) -> Iterator[str]:
    """A heuristic on words: a text that explains and compares carries its claims."""
    for number, cell in page.cells:
        if cell.cell_type == "markdown" and "explain" in tags(cell):
            found = COMPARES.search(cell.source)
            if found and not cell.metadata.get("claims"):
                yield f"cell {number}: {found[0]!r} without a claim; allowed: metadata claims"


ALL_CHAPTERS = (waits_for_the_reader,)
REWORKED = (
    folds_under_each_guess,
    shows_nothing_before_the_fold,
    shows_what_it_predicts_and_measures,
    explains_in_the_fold,
    claims_what_it_compares,
)
