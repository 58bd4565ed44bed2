"""Code cells: short, introduced by prose, at home on any machine, predicted before measured."""

import ast
import re
import statistics
from collections.abc import Iterator

import nbformat

from tests.book.page import Page, calls
from tools.guesses import agree, ledger_calls, named, tree
from tools.notebook_form import computes_reproducibly

MEDIAN_LINES, MOST_LINES, LONGEST_LINES = 6, 20, 30
MOST = 0.9
WIDEST = 82  # characters that the column of the site shows without scrolling

BANNED = (
    (r"^\s*from\s+\S+\s+import\s+\*", "star import", "the names that are used"),
    (r"\bsys\.path\b", "sys.path", "what is installed"),
    (r"^\s*%run\b", "%run", "a function of the package"),
    (r"^\s*[%!]\s*(?:pip|conda|apt)", "installs", "the set-up cell alone does that"),
    (
        r"^\s*(?:!|%%(?:bash|sh|script|system)\b|%(?:sx|system)\b)",
        "a command of the shell, which hides its failure",
        "subprocess.run(…, check=True, timeout=…)",
    ),
    (
        r"/(?:home|root|Users|tmp)/|\b[A-Z]:\\\\?(?:Users|Windows|Temp)",
        "path of a machine",
        "a path in the working folder",
    ),
    (
        r"\burllib\.|\burlretrieve\b|(?:import|from) (?:urllib|requests)\b|\brequests\.get\b"
        r"|^\s*!\s*(?:wget|curl)\b|\bdownload=True|\bpretrained=True|\btorch\.hub\b",
        "downloads",
        "data of lsdl_helpers.data",
    ),
)
CLOCKS = {
    "benchmark", "calibrate", "compare", "limits", "machine", "monotonic", "perf_counter",
    "predict_time", "process_time",
}  # fmt: skip
TIME_NAME = re.compile(r"(?:^|_)(?:ns|us|ms|s|sec|seconds?|times?|elapsed|latency|timing)$")


def num_lines(cell: nbformat.NotebookNode) -> int:
    """Count the lines of code, blank lines and comments left out."""
    return sum(1 for line in cell.source.splitlines() if re.match(r"\s*[^\s#]", line))


def has_short_cells(page: Page) -> Iterator[str]:
    counts = {number: num_lines(cell) for number, cell in page.code_after_setup}
    if not counts:
        return
    if statistics.median(counts.values()) > MEDIAN_LINES:
        median = statistics.median(counts.values())
        yield f"code cells: a median of {median:g} lines; allowed: {MEDIAN_LINES}"
    long = [number for number, count in counts.items() if count > MOST_LINES]
    if len(long) > (1 - MOST) * len(counts):
        yield f"cells {long}: more than {MOST_LINES} lines; allowed: in one cell of ten"
    for number, count in counts.items():
        if count > LONGEST_LINES:
            yield f"cell {number}: {count} lines; allowed: {LONGEST_LINES}"


def fits_the_column(page: Page, widest: int = WIDEST) -> Iterator[str]:
    for number, cell in page.code:
        width = max(map(len, cell.source.splitlines()), default=0)
        if width > widest:
            yield f"cell {number}: a line of {width} characters; allowed: {widest}"


def has_prose_before_code(page: Page) -> Iterator[str]:
    """A cell that the site folds away (`hide-input`) may follow another."""
    for number, cell in page.code_after_setup:
        if "hide-input" in cell.metadata.get("tags", ()):
            continue
        if page.notebook.cells[number - 2].cell_type != "markdown":
            yield f"cell {number}: code after code; allowed: a text cell between"


def uses_nothing_banned(page: Page) -> Iterator[str]:
    for number, cell in page.code_after_setup:
        for pattern, what, allowed in BANNED:
            if re.search(pattern, cell.source, re.MULTILINE):
                yield f"cell {number}: {what}; allowed: {allowed}"


def asserts_no_time(page: Page) -> Iterator[str]:
    """A heuristic on names: `elapsed`, `forward_ms`, `result.ratio` and the like."""
    for number, cell in page.code_after_setup:
        for node in ast.walk(tree(cell.source)):
            if isinstance(node, ast.Assert) and (names := time_names(node.test)):
                yield f"cell {number}: asserts {names[0]!r}; allowed: counts, shapes, equalities"


def time_names(expression: ast.expr) -> list[str]:
    """Return the names in `expression` that look like a measured time or ratio."""
    nodes = list(ast.walk(expression))
    attributes = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return [n for n in attributes + names if TIME_NAME.search(n)] + [
        n for n in attributes if n == "ratio"
    ]


def depends_on_no_machine(page: Page) -> Iterator[str]:
    """Where arithmetic is reproducible, outputs are compared to the last digit."""
    if not computes_reproducibly(page.notebook):
        return
    for number, cell in page.code:
        for name in sorted(names_called(cell.source) & CLOCKS):
            yield f"cell {number}: calls {name!r}; allowed with reproducible arithmetic: no clock"
        if "nbval-ignore-output" in cell.metadata.get("tags", ()) or "≈" in str(cell.outputs):
            yield (
                f"cell {number}: an output that may differ; allowed with reproducible "
                "arithmetic: the same everywhere"
            )


def names_called(source: str) -> set[str]:
    """Return the last names of what a code cell calls."""
    return {ast.unparse(call.func).split(".")[-1] for call in calls(source)}


def ledger_names(source: str, method: str) -> list[str]:
    """Return the names given to `ledger.predict` or `ledger.measure`; `{}` is computed."""
    return [named(call) for call in ledger_calls(source, method)]


def predicts(page: Page) -> Iterator[str]:
    if not any(ledger_names(cell.source, "predict") for _, cell in page.code):
        yield "whole file: predicts nothing; allowed: at least one ledger.predict(…)"


def predicts_before_it_measures(page: Page) -> Iterator[str]:
    predicted = []
    for number, cell in page.code:
        predicted += ledger_names(cell.source, "predict")
        for name in ledger_names(cell.source, "measure"):
            if not any(agree(name, earlier) for earlier in predicted):
                yield f"cell {number}: measures {name!r}; allowed: what was predicted above"


def folds_what_it_measures(page: Page) -> Iterator[str]:
    """The reader commits to a guess before the figure is seen."""
    for number, cell in page.code:
        folded = "hide-output" in cell.metadata.get("tags", ())
        if ledger_names(cell.source, "measure") and not folded:
            yield f"cell {number}: measures in the open; allowed: with the tag hide-output"


RULES = (
    has_short_cells,
    fits_the_column,
    has_prose_before_code,
    uses_nothing_banned,
    asserts_no_time,
    depends_on_no_machine,
)
CHAPTER_RULES = (predicts, predicts_before_it_measures, folds_what_it_measures)
