"""Write set-up cells, exercises and minutes, execute the notebooks and store them.

    python -m tools.notebooks                          all, in the order of _toc.yml
    python -m tools.notebooks book/models/vgg.ipynb    these

All: the machine must be quiet, and is calibrated first; it becomes the reference machine. The
pages are stored together, once each of them has run and all their claims are true.

These: each is stored if all of it ran and its claims are true; otherwise its file stays as it
was. On a processor like that of the reference machine they read its calibration, on another a
new one. book/runs.json records each run; `python -m tools.status` prints it.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat

from lsdl_helpers.labs import exercises
from tools import reference_run
from tools.execution import FAILURES, Cost, execute
from tools.notebook_form import (
    ROOT,
    chapter_of,
    computes_reproducibly,
    is_solutions,
    make_canonical,
    notebooks_in_order,
    write_exercises,
    write_setup,
)
from tools.page_size import write_minutes
from tools.reference_run import BusyMachineError, Calibration, Here
from tools.run_record import page_record, write_record

LIMIT_S = 40  # the budget of one notebook on a quiet machine, importing torch included


class Ran(NamedTuple):
    """A notebook that has run and is ready to be stored."""

    path: Path
    notebook: nbformat.NotebookNode
    cost: Cost


def run(path: Path, limit_s: float, calibration: Calibration | None) -> Ran:
    """Write what is generated into one notebook and execute it; its file stays as it is."""
    notebook = nbformat.read(path, as_version=4)
    write_setup(notebook, chapter_of(path))
    write_exercises(notebook, path, exercises(chapter_of(path)))
    cost = execute(notebook, limit_s, calibration.files if calibration else None)
    make_canonical(notebook)
    if not is_solutions(path):
        write_minutes(notebook)
    nbformat.validate(notebook)
    return Ran(path, notebook, cost)


def run_each(
    paths: Sequence[Path],
    limit_s: float,
    calibration: Calibration | None,
    keep: Callable[[Ran], object],
) -> int:
    """Run notebooks, keep what ran, print a line for each; return how many failed."""
    start, failures = time.perf_counter(), 0
    for path in paths:
        try:
            ran = run(path, limit_s, calibration)
            keep(ran)
            print(line(ran), flush=True)
        except (*FAILURES, ValueError) as error:
            print(explain(error, path), file=sys.stderr, flush=True)
            failures += 1
    print(f"{time.perf_counter() - start:6.1f} s in all, {failures} of {len(paths)} failed")
    return failures


def line(ran: Ran) -> str:
    """Return the line that says what a run took."""
    size_kb = len(nbformat.writes(ran.notebook).encode()) / 1000
    cost = f"{ran.cost.seconds:6.1f} s {ran.cost.peak_mb:7.0f} MB {size_kb:6.0f} kB"
    return f"{cost}  {shown(ran.path)}"


def store(
    done: Sequence[Ran], machine: Here, calibration: Calibration | None, *, whole: bool = False
) -> None:
    """Store notebooks that have run, and enter them in the record.

    Each file is replaced in one step, after all are written, so that none is left half-written.
    """
    for ran in done:
        nbformat.write(ran.notebook, ran.path.with_suffix(".ipynb.new"))
    for ran in done:
        os.replace(ran.path.with_suffix(".ipynb.new"), ran.path)
    pages = {r.path: page_record(r.notebook, machine, r.cost, calibration) for r in done}
    write_record(pages, machine, calibration, whole=whole)


def refresh_all(paths: Sequence[Path], limit_s: float) -> int:
    """Run some notebooks and store each that ran; return how many failed."""
    machine = reference_run.here()
    calibration = calibration_for(paths, machine)
    return run_each(paths, limit_s, calibration, lambda ran: store([ran], machine, calibration))


def calibration_for(paths: Sequence[Path], machine: Here) -> Calibration | None:
    """Return the calibration that pages read: the reference machine's where it fits, else new.

    None on another machine for pages with reproducible arithmetic, which time nothing.
    """
    known = reference_run.read_reference(reference_run.REFERENCE)
    if reference_run.is_like(machine.described, known):
        return reference_run.reference_calibration(machine, known)
    if all(computes_reproducibly(nbformat.read(path, as_version=4)) for path in paths):
        return None
    print(f"{machine.processor} is not that of the reference machine; pages are marked with it")
    return reference_run.calibrate(machine, is_reference=False)


def refresh_book(paths: Sequence[Path], limit_s: float, *, busy: bool = False) -> int:
    """Calibrate this machine, run all notebooks, store them if none failed; return how many did.

    Raises:
        BusyMachineError: if the machine does other work, and ``busy`` does not allow it.
    """
    if not busy:
        reference_run.require_quiet()
    machine, done = reference_run.here(), []
    calibration = reference_run.calibrate(machine, is_reference=True)
    if failures := run_each(paths, limit_s, calibration, done.append):
        print("none is stored; all are as they were")
        return failures
    store(done, machine, calibration, whole=True)
    reference_run.write_reference(calibration, reference_run.REFERENCE)
    print(f"all are stored; the reference machine is {machine.processor}")
    return 0


def explain(error: Exception, path: Path) -> str:
    """Say in which notebook and cell `error` arose, and what it was."""
    cell, *more = getattr(error, "__notes__", None) or [""]
    plain = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip()  # tracebacks come colored
    indented = "\n".join([plain, *more]).replace("\n", "\n    ")
    return f"{shown(path)} was not stored{cell and f', {cell}'}:\n    {indented}"


def shown(path: Path) -> Path:
    """Return `path` as seen from the repository, if it lies in it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def positive(text: str) -> float:
    """Read a number above 0."""
    if not (number := float(text)) > 0:
        raise ValueError
    return number


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: those of _toc.yml")
    parser.add_argument("--limit", type=positive, default=LIMIT_S, metavar="SECONDS")
    parser.add_argument("--busy", action="store_true", help="all, although other programs run")
    options = parser.parse_args()
    try:
        if options.notebooks:
            paths = [path.resolve() for path in options.notebooks]
            return 1 if refresh_all(paths, options.limit) else 0
        return 1 if refresh_book(notebooks_in_order(), options.limit, busy=options.busy) else 0
    except (BusyMachineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
