"""A plugin of pytest that closes the holes of nbval, on the outputs of nbval's own run.

nbval compares no pictures, nothing in a cell that was never run, and nothing in a cell with
the tag nbval-ignore-output. Here each cell must have been run; its stored outputs must be of
the kinds that the fresh run puts out; and its pictures must be as many and of the same size.

Where the arithmetic is reproducible, text and pictures must be the same, pixel by pixel; on
other pages what is measured may differ. Where the set-up cell names other versions than those
stored, the page is compared by kind alone, and the report says so.
"""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbval.plugin
import pytest
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams

from tests.book.pictures import differences, pictures_of
from tools.notebook_form import computes_reproducibly

HERE = Path(__file__).parent
VERSIONS = r"\b(torch|numpy|matplotlib) (\d[\d.]*)|(the same bits)"


def sanitize_files(notebook: IPyNbFile) -> list[Path]:
    """Return the files that say what may differ in the outputs of a page."""
    measured = [] if computes_reproducibly(notebook.nb) else [HERE / "sanitize_measured.cfg"]
    return [HERE / "sanitize.cfg", *measured]


class KernelAsStored(RunningKernel):
    """nbval's kernel, run as `tools/notebooks.py` runs it: in an empty folder, with history.

    Without history IPython does not see the `;` that keeps a last line from being shown.
    """

    def __init__(self, *arguments: object, cwd: str, **options: object) -> None:
        self.folder = tempfile.mkdtemp()
        super().__init__(*arguments, cwd=self.folder, **options)

    def execute_cell_input(self, cell_input: str, allow_stdin: bool | None = None) -> str:
        return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)

    def stop(self) -> None:
        super().stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure() -> None:
    nbval.plugin.RunningKernel = KernelAsStored
    IPyNbFile.get_sanitize_files = sanitize_files
    IPyNbFile.other_versions = False  # than those that the page was stored with


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Look at a cell after nbval has run it and has found nothing wrong."""
    if not isinstance(item, IPyNbCell):
        return (yield)
    notebook = item.parent
    if notebook.other_versions:
        item.options["check"] = False
    result = yield
    if item.cell_num == 0 and versions(item.cell.outputs) != versions(item.test_outputs):
        notebook.other_versions = True
        item.user_properties.append(("compared by kind", notebook.path.name))
    loose = not item.options["check"]
    strict = computes_reproducibly(notebook.nb) and not notebook.other_versions
    if drifts := drift(item.cell, item.test_outputs, ignores_output=loose, strict=strict):
        item.raise_cell_error("Cell has drifted: " + "; ".join(drifts))
    return result


def versions(outputs: Iterable[dict]) -> list[tuple]:
    """Return what the line of the set-up cell says of the arithmetic."""
    return re.findall(VERSIONS, "".join(output.get("text", "") for output in outputs))


def drift(
    cell: dict, fresh: list[dict], ignores_output: bool = False, strict: bool = False
) -> list[str]:
    """Say in what way the stored outputs of `cell` differ in kind from `fresh` ones."""
    stored = coalesce_streams(cell.outputs)
    if cell.source.strip() and cell.execution_count is None:
        return ["it was never run, or its execution count was stripped"]
    if kinds(stored, ignores_output) != kinds(fresh, ignores_output):
        return [f"stored outputs are {names(stored)}, fresh ones {names(fresh)}"]
    return differences(pictures_of(stored), pictures_of(fresh), strict)


def kinds(outputs: Iterable[dict], ignores_output: bool) -> Counter | set:
    """Return what kinds of output there are, with their number unless that may vary."""
    counts = Counter(map(kind, outputs))
    return set(counts) if ignores_output else counts


def kind(output: dict) -> str:
    """Return `stdout`, `error`, or such as `display_data (image/png, text/plain)`."""
    if output.output_type in ("display_data", "execute_result"):
        return f"{output.output_type} ({', '.join(sorted(output.data))})"
    return output.get("name", output.output_type)


def names(outputs: Iterable[dict]) -> str:
    """Return the kinds of `outputs` for a reader."""
    return ", ".join(map(kind, outputs)) or "none"
