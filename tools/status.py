"""What the stored pages were run on, and whether pages agree on what several of them state.

    python -m tools.status

The same tables are a page of the site (book/runs.md); both are drawn from book/runs.json.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lsdl_helpers.ledger.quantity import format_quantity
from tools.notebook_form import ROOT, notebooks_in_order
from tools.run_record import RUNS, page_name, read_record


class Table(NamedTuple):
    """A part of the report: a title, what is said below it, and perhaps a table."""

    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def report(root: Path = ROOT) -> list[Table]:
    """Return the report on the notebooks of the table of contents: what both forms show."""
    names = [page_name(path) for path in notebooks_in_order(root)]
    path = root / RUNS.relative_to(ROOT)
    if not path.exists():
        return [Table("No record", f"There is no {RUNS.name}; make notebooks writes it.")]
    try:
        pages = read_record(path)["pages"]
    except ValueError as error:
        return [Table("No record", f"{error}.")]
    return [*_runs(pages, names), *_missing(pages, names), *_quantities(pages)]


def _runs(pages: dict[str, Any], names: list[str]) -> Iterator[Table]:
    by_processor = defaultdict(list)
    for name in names:
        if name in pages:
            by_processor[pages[name].get("processor", "unknown processor")].append(name)
    columns = ("notebook", "date", "Python", "torch", "numpy", "seconds", "memory")
    for processor, of_it in sorted(by_processor.items(), key=lambda item: -len(item[1])):
        rows = tuple(_row(name, pages[name]) for name in of_it)
        yield Table(processor, f"{len(rows)} of {len(names)} notebooks.", columns, rows)


def _row(name: str, page: dict[str, Any]) -> tuple[str, ...]:
    versions = page.get("versions", {})
    shown = [versions.get(what, "?") for what in ("python", "torch", "numpy")]
    seconds, memory = page.get("seconds", "?"), page.get("peak_mb", "?")
    return (name, page.get("date", "?"), *shown, f"{seconds}", f"{memory} MB")


def _missing(pages: dict[str, Any], names: list[str]) -> Iterator[Table]:
    if missing := [name for name in names if name not in pages]:
        yield Table("Without a record", f"{', '.join(missing)}. They come with make notebooks.")


def _quantities(pages: dict[str, Any]) -> Iterator[Table]:
    stated = defaultdict(list)
    for name, page in pages.items():
        for entry in page.get("quantities", []):
            stated[entry["quantity"]].append((name, entry))
    shared = {key: of for key, of in stated.items() if len({name for name, _ in of}) > 1}
    if not shared:
        yield Table("Quantities on several pages", "None is stated by more than one page.")
        return
    rows, differing = [], 0
    for key, of_it in sorted(shared.items()):
        verdict = compared([entry for _, entry in of_it])
        differing += verdict.startswith("DIFFER")
        for k, (name, entry) in enumerate(of_it):
            rows.append((key if not k else "", name, *_value(entry), verdict if not k else ""))
    text = f"{differing} of {len(shared)} differ by more than their spread."
    columns = ("quantity", "notebook", "measured", "95 % interval", "")
    yield Table("Quantities on several pages", text, columns, tuple(rows))


def _value(entry: dict[str, Any]) -> tuple[str, str]:
    unit, interval = entry.get("unit", ""), entry.get("interval")
    ends = [_text(end, unit) for end in interval or ()]
    return _text(entry.get("value"), unit), " to ".join(ends) or "none"


def _text(value: object, unit: str) -> str:
    is_number = isinstance(value, int | float)
    return format_quantity(value, unit) if is_number else f"{value} {unit}".rstrip()


def compared(entries: list[dict[str, Any]]) -> str:
    """Say whether measurements of one quantity agree within their intervals.

    >>> compared([{"value": 1.0, "interval": [0.9, 1.1]}, {"value": 1.2, "interval": [1, 1.3]}])
    'agree'
    >>> compared([{"value": 1.0, "interval": [0.9, 1.1]}, {"value": 2.0}])
    'DIFFER 2.00×, one without interval'
    """
    if len({entry.get("unit", "") for entry in entries}) > 1:
        return "DIFFER in unit"
    values = [entry["value"] for entry in entries]
    if not all(isinstance(value, int | float) for value in values):
        return "agree" if len(set(values)) == 1 else "DIFFER"
    ends = [entry.get("interval") or [entry["value"]] * 2 for entry in entries]
    if not all(isinstance(end, int | float) for pair in ends for end in pair):
        return "not comparable: no number"
    without = sum(not entry.get("interval") for entry in entries)
    said = f", {'one' if without == 1 else without} without interval" if without else ""
    if max(low for low, _ in ends) <= min(high for _, high in ends):
        return f"agree{said}"
    small, large = sorted(map(abs, (min(values), max(values))))
    factor = f" {large / small:.2f}×" if small else ""
    return f"DIFFER{factor}{said}"


def as_text(tables: list[Table]) -> str:
    """Return the report for a terminal."""
    return "\n\n".join(map(_table_as_text, tables))


def _table_as_text(table: Table) -> str:
    lines = [table.title, "=" * len(table.title), table.text]
    if table.rows:
        cells = [table.columns, *table.rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines.append("")
        for row in cells:
            padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def main() -> int:
    print(as_text(report()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
