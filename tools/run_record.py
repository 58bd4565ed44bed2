"""The record of the stored pages, book/runs.json: where, when and with what each was run.

It also holds the quantities that a page shares with others, and the calibrations of machines
other than the reference machine that pages were stored on.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from tools.guesses import last_entries
from tools.notebook_form import ROOT, chapter_of, is_solutions

if TYPE_CHECKING:  # the site reads a record, and has not what runs a notebook
    from tools.execution import Cost
    from tools.reference_run import Calibration, Here

FORMAT = 1
RUNS = ROOT / "book" / "runs.json"
REFERENCE = "reference"  # instead of the processor whose calibration a page has read


def record_path(page: Path) -> Path:
    """Return the record that a page belongs in: in the folder above its chapter's."""
    return Path(page).parents[2 if is_solutions(page) else 1] / RUNS.name


def page_name(page: Path) -> str:
    """Return the name of a page in the record: `models/vgg`, `solutions/models/vgg`."""
    return f"solutions/{chapter_of(page)}" if is_solutions(page) else chapter_of(page)


def empty_record() -> dict[str, Any]:
    """Return a record of no page."""
    return {"format": FORMAT, "calibrations": {}, "pages": {}}


def read_record(path: Path = RUNS) -> dict[str, Any]:
    """Return the record; an empty one if there is no file.

    Raises:
        ValueError: for a file that is no such record.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return empty_record()
    except ValueError as error:
        raise ValueError(f"{path}: not JSON: {error}; `make notebooks` writes it anew") from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise ValueError(f"{path}: not of format {FORMAT}; `make notebooks` writes it anew")
    return empty_record() | record


def page_record(
    notebook: nbformat.NotebookNode, machine: Here, cost: Cost, calibration: Calibration | None
) -> dict[str, Any]:
    """Return what is kept of the run of one page."""
    read = None
    if calibration:
        read = REFERENCE if calibration.is_reference else machine.processor
    return {
        "processor": machine.processor,
        "date": date.today().isoformat(),
        "versions": machine.versions,
        "seconds": round(cost.seconds, 1),
        "peak_mb": round(cost.peak_mb),
        "calibration": read,
        "quantities": shared_quantities(notebook),
    }


def shared_quantities(notebook: nbformat.NotebookNode) -> list[dict[str, Any]]:
    """Return the measurements of a page that other pages may state, too: those with a key."""
    return [
        {
            "quantity": entry["quantity"],
            "name": name,
            "value": entry["measured"],
            "interval": entry.get("interval"),
            "unit": entry.get("unit", ""),
        }
        for name, entry in last_entries(notebook.cells).items()
        if entry.get("quantity") and entry.get("measured") is not None
    ]


def write_record(
    pages: dict[Path, dict[str, Any]],
    machine: Here,
    calibration: Calibration | None,
    *,
    whole: bool = False,
) -> None:
    """Enter pages, by path, into their record; the others in it stay, unless these are all.

    Calibrations that no page has read any more go. A file that is no record is replaced.
    """
    for path in {record_path(page) for page in pages}:
        try:
            record = empty_record() if whole else read_record(path)
        except ValueError:
            record = empty_record()
        entered = {page_name(p): kept for p, kept in pages.items() if record_path(p) == path}
        record["pages"] = dict(sorted((record["pages"] | entered).items()))
        known = record["calibrations"]
        if calibration and not calibration.is_reference:
            known[machine.processor] = calibration.parts["cpu"]
        read = {kept.get("calibration") for kept in record["pages"].values()}
        record["calibrations"] = {name: known[name] for name in known if name in read}
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")
