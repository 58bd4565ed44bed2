"""Write set-up cells and exercises, execute the notebooks from the top and store them.

    python -m tools.notebooks                          all, in the order of _toc.yml
    python -m tools.notebooks book/models/vgg.ipynb    these

A notebook is stored only if all of it ran; otherwise its file stays as it was.
"""

import argparse
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from lsdl_helpers.labs import exercises
from tools.notebook_form import (
    ROOT,
    chapter_of,
    make_canonical,
    notebooks_in_order,
    write_exercises,
    write_setup,
)

FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)
LIMIT_S = 40  # the budget of one notebook on a quiet machine, importing torch included


class Cost(NamedTuple):
    """What one execution took."""

    seconds: float
    peak_mb: float


class PeakMemory(threading.Thread):
    """Watch the memory of the processes started from here (the kernel and its own)."""

    def __init__(self, interval_s: float = 0.1) -> None:
        super().__init__(daemon=True)
        self.interval_s, self.peak_bytes, self._done = interval_s, 0, threading.Event()

    def run(self) -> None:
        while not self._done.wait(self.interval_s):
            children = psutil.Process().children(recursive=True)
            self.peak_bytes = max(self.peak_bytes, sum(map(memory_bytes, children)))

    def __enter__(self) -> "PeakMemory":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self.join()


def memory_bytes(process: psutil.Process) -> int:
    """Return the memory of `process`, its share of what ranks have in common; 0 if it has ended.

    Where the system does not tell shares (macOS, Windows): what is its alone.
    """
    try:
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.uss)
    except psutil.Error:
        return 0


def execute(notebook: nbformat.NotebookNode, limit_s: float = LIMIT_S) -> Cost:
    """Run `notebook` in place: a fresh kernel in an empty folder, as Colab would.

    What it saves for its reader goes to a folder of this run, not to the developer's own.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    start, started = time.perf_counter(), [0]
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as home,
        PeakMemory() as memory,
    ):
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            timeout_func=lambda cell: max(1, start + limit_s - time.perf_counter()),
            on_cell_start=lambda cell, cell_index: started.append(cell_index + 1),
            extra_arguments=["--log-level=CRITICAL"],  # not a warning from each kernel
            record_timing=False,
            store_widget_state=False,
        )
        try:
            client.execute(env=os.environ | {"LSDL_HOME": home, "LSDL_GROUPED_OUTPUT": "1"})
        except FAILURES as error:
            error.add_note(f"cell {started[-1]}")
            raise
    return Cost(time.perf_counter() - start, memory.peak_bytes / 1e6)


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Replace the file at `path` in one step, so that no half-written notebook can be left."""
    nbformat.validate(notebook)
    beside = path.with_suffix(".ipynb.new")
    nbformat.write(notebook, beside)
    os.replace(beside, path)


def refresh(path: Path, limit_s: float) -> str:
    """Execute and store one notebook; return the line that reports it."""
    notebook = nbformat.read(path, as_version=4)
    write_setup(notebook, chapter_of(path))
    write_exercises(notebook, path, exercises(chapter_of(path)))
    cost = execute(notebook, limit_s)
    make_canonical(notebook)
    store(notebook, path)
    size_kb = path.stat().st_size / 1000
    return f"{cost.seconds:6.1f} s {cost.peak_mb:7.0f} MB {size_kb:6.0f} kB  {shown(path)}"


def explain(error: Exception, path: Path) -> str:
    """Say in which notebook and cell `error` arose, and what it was."""
    where = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
    plain = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip()  # tracebacks come colored
    indented = plain.replace("\n", "\n    ")
    return f"{shown(path)} was not stored{where}:\n    {indented}"


def shown(path: Path) -> Path:
    """Return `path` as seen from the repository, if it lies in it."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def refresh_all(paths: list[Path], limit_s: float) -> int:
    """Refresh each notebook, print a line for each and the total; return how many failed."""
    start, failures = time.perf_counter(), 0
    for path in paths:
        try:
            print(refresh(path, limit_s), flush=True)
        except (*FAILURES, ValueError) as error:
            print(explain(error, path), file=sys.stderr, flush=True)
            failures += 1
    print(f"{time.perf_counter() - start:6.1f} s in all, {failures} of {len(paths)} failed")
    return failures


def positive(text: str) -> float:
    """Read a number above 0."""
    if not (number := float(text)) > 0:
        raise ValueError
    return number


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: those of _toc.yml")
    parser.add_argument("--limit", type=positive, default=LIMIT_S, metavar="SECONDS")
    options = parser.parse_args()
    paths = [path.resolve() for path in options.notebooks] or notebooks_in_order()
    return 1 if refresh_all(paths, options.limit) else 0


if __name__ == "__main__":
    sys.exit(main())
