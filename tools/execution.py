"""The execution of one notebook: a fresh kernel in an empty folder, its claims, what it took."""

import json
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.claims import Claims

FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError)


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


def execute(
    notebook: nbformat.NotebookNode, limit_s: float, kept: dict[str, Any] | None = None
) -> Cost:
    """Run `notebook` in place: a fresh kernel in an empty folder, as Colab would.

    What it saves for its reader goes to a folder of this run, not to the developer's own.

    Args:
        kept: what that folder holds at first, by the name of the file: the calibration.

    Raises:
        FalseClaims: if it ran, but a claim is not true; otherwise one of FAILURES, with a note
            that names the cell, and one with the claims that had turned out false by then.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    start, started, claims = time.perf_counter(), [0], Claims()
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as home,
        PeakMemory() as memory,
    ):
        for name, content in (kept or {}).items():
            Path(home, name).write_text(json.dumps(content), encoding="utf-8")

        async def begin(cell: nbformat.NotebookNode, cell_index: int) -> None:
            started.append(cell_index + 1)
            await claims.check(client, cell_index + 1, cell)

        client = NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            timeout_func=lambda cell: max(1, start + limit_s - time.perf_counter()),
            on_cell_start=begin,
            extra_arguments=["--log-level=CRITICAL"],  # not a warning from each kernel
            record_timing=False,
            store_widget_state=False,
        )
        try:
            client.execute(env=os.environ | {"LSDL_HOME": home, "LSDL_GROUPED_OUTPUT": "1"})
        except FAILURES as error:
            error.add_note(f"cell {started[-1]}")
            if claims.false:
                error.add_note("\n".join(["untrue until then:", *claims.false]))
            raise
    claims.require_none_false()
    return Cost(time.perf_counter() - start, memory.peak_bytes / 1e6)
