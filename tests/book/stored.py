"""What a notebook file must be before anything is executed: complete, canonical, small."""

import json
import re
from collections.abc import Iterator

from nbformat.validator import iter_validate

from tests.book.page import Page
from tools.notebook_form import (
    CELL_KEYS,
    EXPLORER_SIZE_LIMIT_KB,
    METADATA,
    SIZE_LIMIT_KB,
    TAGS,
)


def is_valid(page: Page) -> Iterator[str]:
    if page.notebook.get("nbformat_minor", 0) < 5:
        yield "whole file: an old notebook format; allowed: 4.5, which has cell ids"
    for error in iter_validate(page.notebook):
        where = "/".join(map(str, error.path))
        yield f"whole file: not a valid notebook at {where!r}: {error.message[:200]}"


def has_canonical_metadata(page: Page) -> Iterator[str]:
    if page.notebook.metadata != METADATA:
        yield f"whole file: metadata {json.dumps(page.notebook.metadata)}; allowed: {METADATA}"


def has_clean_cells(page: Page) -> Iterator[str]:
    """Execution times, collapsed states and the like are noise in a diff."""
    for number, cell in page.cells:
        for key in set(cell.metadata) - set(CELL_KEYS):
            yield f"cell {number}: metadata {key!r}; allowed: {', '.join(CELL_KEYS)}"


def has_known_tags(page: Page) -> Iterator[str]:
    """A misspelled tag does nothing; one that skips or removes a cell would hide it."""
    for number, cell in page.cells:
        for tag in set(cell.metadata.get("tags", ())) - set(TAGS):
            yield f"cell {number}: tag {tag!r}; allowed: {', '.join(TAGS)}"
        if cell.cell_type == "code" and re.search(r"^\s*#\s*NBVAL_", cell.source, re.MULTILINE):
            yield f"cell {number}: a comment for nbval; allowed: the tag nbval-ignore-output"


def has_unique_ids(page: Page) -> Iterator[str]:
    seen = set()
    for number, cell in page.cells:
        if not cell.get("id") or cell.id in seen:
            yield f"cell {number}: id {cell.get('id')!r}; allowed: one of its own"
        seen.add(cell.get("id"))


def has_no_empty_cell(page: Page) -> Iterator[str]:
    for number, cell in page.cells:
        if not cell.source.strip():
            yield f"cell {number}: empty; allowed: text or code"


def was_run_in_order(page: Page) -> Iterator[str]:
    """Counts 1, 2, 3 … show that a fresh kernel ran every cell from the top, once."""
    for expected, (number, cell) in enumerate(page.code, start=1):
        if cell.get("execution_count") != expected:
            count = cell.get("execution_count")
            yield f"cell {number}: execution count {count}; allowed: {expected}"
        for run in {output.get("execution_count", expected) for output in cell.outputs}:
            if run != expected:
                yield f"cell {number}: a result of run {run}; allowed: {expected}"


def has_no_error(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {number}: stored error {output.ename}; allowed: none"


def shows_no_machine(page: Page) -> Iterator[str]:
    """An absolute path in an output is nearly always a warning that nobody looked at."""
    for number, cell in page.code:
        path = re.search(r"/(?:home|root|Users)/\w+|\b[A-Z]:\\\\Users", json.dumps(cell.outputs))
        if path:
            yield f"cell {number}: the output shows {path[0]!r}; allowed: no path of a machine"


def is_small(page: Page) -> Iterator[str]:
    explores = any("explore(" in cell.source for _, cell in page.code)
    limit_kb = EXPLORER_SIZE_LIMIT_KB if explores else SIZE_LIMIT_KB
    size_kb = len(json.dumps(page.notebook, ensure_ascii=False, indent=1).encode()) / 1000
    if size_kb > limit_kb:
        yield f"whole file: {size_kb:.0f} kB; allowed: {limit_kb} kB"


RULES = (
    is_valid,
    has_canonical_metadata,
    has_clean_cells,
    has_known_tags,
    has_unique_ids,
    has_no_empty_cell,
    was_run_in_order,
    has_no_error,
    shows_no_machine,
    is_small,
)
