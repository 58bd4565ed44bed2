"""Guesses, and the two folds under each: what the site folds and what the rules demand.

A guess is a cell of its own, `guess = None    # yours`. Under it the first fold holds the
derivation and the prediction, the second what the first cell with the tag `hide-output` puts
out and the cells with the tag `explain` that follow. Cells are counted from 0.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import nbformat

Cell = nbformat.NotebookNode


class Fold(NamedTuple):
    """A measurement and what leads up to it."""

    guess: int | None  # the cell of the guess, if there is one
    derivation: range  # the first fold; empty without a guess
    measurement: range  # the second fold: what measures, then what explains


def tags(cell: Cell) -> list[str]:
    """Return the tags of a cell."""
    return cell.metadata.get("tags", [])


def tree(source: str) -> ast.Module:
    """Parse a code cell; IPython's own lines (`%…`, `!…`) count as `pass`."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def guessed_variables(cell: Cell) -> dict[str, ast.expr]:
    """Return the variables in which a cell asks for guesses, each with its value."""
    if cell.cell_type != "code":
        return {}
    variables = {}
    for node in tree(cell.source).body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name) and name.id.startswith("guess"):
                        variables[name.id] = node.value
    return variables


def folds(notebook: nbformat.NotebookNode) -> list[Fold]:
    """Return the folds of a page, from its top."""
    cells, found, guess, k = notebook.cells, [], None, 0
    while k < len(cells):
        if guessed_variables(cells[k]):
            guess = k
        if "hide-output" in tags(cells[k]):
            end = k + 1
            while end < len(cells) and {"explain", "hide-output"} & set(tags(cells[end])):
                end += 1
            derivation = range(k, k) if guess is None else range(guess + 1, k)
            found.append(Fold(guess, derivation, range(k, end)))
            guess, k = None, end
        else:
            k += 1
    return found


def entries(cell: Cell) -> Iterator[dict[str, Any]]:
    """Yield the entries of the ledger that the outputs of a cell show, as they stood then."""
    for output in cell.get("outputs", []):
        yield from output.get("metadata", {}).get("lsdl", [])


def ledger_calls(source: str, method: str) -> Iterator[ast.Call]:
    """Yield the calls of `ledger.predict`, or of another method, in a code cell."""
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"ledger.{method}":
            yield node


def named(call: ast.Call) -> str:
    """Return the name that a call gives to its entry; `{}` stands for what is computed."""
    by_keyword = [keyword.value for keyword in call.keywords if keyword.arg == "name"]
    arguments = [*call.args[:1], *by_keyword]
    return as_template(arguments[0]) if arguments else "{}"


def last_entries(cells: Iterable[Cell]) -> dict[str, dict[str, Any]]:
    """Return the entries that cells show, by name in the order of prediction, as last shown."""
    return {entry["name"]: entry for cell in cells for entry in entries(cell)}


def measures(cells: Iterable[Cell]) -> bool:
    """Tell whether cells measure what the ledger holds, or show what it measured."""
    return any(
        any(entry["measured"] is not None for entry in entries(cell))
        or (cell.cell_type == "code" and any(ledger_calls(cell.source, "measure")))
        for cell in cells
    )


def measured_entries(notebook: nbformat.NotebookNode, fold: Fold) -> dict[str, dict[str, Any]]:
    """Return the entries that a fold measures, by name, as the page last shows them.

    A cell shows what its last line is, so an entry may first be seen in a later table.
    """
    cells = [notebook.cells[k] for k in fold.measurement]
    names = {name for name, e in last_entries(cells).items() if e["measured"] is not None}
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    calls = {named(call) for source in code for call in ledger_calls(source, "measure")} - {"{}"}
    unseen = [call for call in calls if not any(agree(name, call) for name in names)]
    return {
        name: entry
        for name, entry in last_entries(notebook.cells).items()
        if name in names
        or (entry["measured"] is not None and any(agree(name, call) for call in unseen))
    }


def predicts(cell: Cell) -> bool:
    """Tell whether a cell predicts; on pages not yet reworked some guess cells do."""
    return cell.cell_type == "code" and any(ledger_calls(cell.source, "predict"))


def guessed_entries(notebook: nbformat.NotebookNode, fold: Fold) -> list[dict[str, Any]]:
    """Return the entries for which the guess of a fold is asked, as they were predicted."""
    found = {}
    for k in () if fold.guess is None else (fold.guess, *fold.derivation):
        cell = notebook.cells[k]
        if cell.cell_type != "code":
            continue
        asked = [
            named(call)
            for call in ledger_calls(cell.source, "predict")
            if any(keyword.arg == "guess" for keyword in call.keywords)
        ]
        for entry in entries(cell):
            if any(agree(entry["name"], template) for template in asked):
                found.setdefault(entry["name"], entry)
    return list(found.values())


def as_template(argument: ast.expr) -> str:
    """Return a string as it is, an f-string with `{}` for its fields, anything else as `{}`."""
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    if isinstance(argument, ast.JoinedStr):
        return "".join(as_template(part) for part in argument.values)
    return "{}"


def agree(one: str, other: str) -> bool:
    """Tell whether two templates can stand for the same name."""
    return any(
        re.fullmatch(".+".join(map(re.escape, a.split("{}"))), b)
        for a, b in ((one, other), (other, one))
    )
