"""The form every notebook of the book has: set-up cell, exercises, metadata, its place.

This is the one home of that form. `tools/notebooks.py` writes it, `tests/book/` demands it.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell

ROOT = Path(__file__).resolve().parent.parent

# No Python version and no widget state: they change with the machine that ran the notebook.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
CELL_KEYS = ("mystnb", "tags", "claims", "surprise")
TAGS = ("hide-input", "hide-output", "nbval-ignore-output", "explain")

SIZE_LIMIT_KB = 300
EXPLORER_SIZE_LIMIT_KB = 600

# INSTALL is for notebooks that a site with an address offers, REFUSE for those of the repository.
# A mere folder named lsdl_helpers is an empty package to Python: no ModuleNotFoundError.
INSTALL = """\
import re
    import subprocess
    import sys

    course = "lsdl_helpers @ git+{address}"
    pip = [sys.executable, "-m", "pip", "install", "-q", course]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        why = re.findall("(?:ERROR|fatal): .*", done.stderr)
        raise ImportError("\\n".join(why) or done.stderr) from None
    sys.modules.pop("lsdl_helpers", None)
    from lsdl_helpers import setup"""
REFUSE = """\
why = "clone the repository, then: pip install -e ."
    raise ImportError(why) from None"""
SETUP = """\
try:
    from lsdl_helpers import setup
except ImportError:
    {otherwise}
ledger = setup("{chapter}"{arithmetic})"""
REPRODUCIBLE = ', arithmetic="reproducible"'

# An exercise and its stub in the chapter; in the solutions a heading with the question below it,
# and at the end of each the way back. Colons, since Jupyter shows what stands between backticks
# as code, without links. book/_ext/numbering.py gives the anchors their places.
EXERCISE = """\
:::{{exercise}} {title}
:label: {label}

{question} [Solution](../solutions/{chapter}.ipynb#exercise-{k})
:::"""
STUB = 'answer = ...\ncheck("{chapter}/{k}", answer)'
HEADING = re.compile(r"^## .*\n*(?:>.*\n?)*\n*", re.MULTILINE)
BACK = "[Back to exercise {k}](../../{chapter}.ipynb#{label})\n\n"
BACK_LINK = re.compile(r"\n*^\[Back to exercise .*\n*", re.MULTILINE)


def setup_source(chapter: str, address: str = "", *, reproducible: bool = False) -> str:
    """Return the set-up cell of `chapter`, which installs from `address` where there is one."""
    otherwise = INSTALL.format(address=address) if address else REFUSE
    arithmetic = REPRODUCIBLE if reproducible else ""
    return SETUP.format(otherwise=otherwise, chapter=chapter, arithmetic=arithmetic)


def is_setup(source: str) -> bool:
    """Tell whether a cell is a set-up cell, of any chapter, in order or not."""
    return bool(re.search(r"\bsetup\(", source))


def write_setup(notebook: nbformat.NotebookNode, chapter: str, address: str = "") -> None:
    """Write the set-up cell from its template.

    Raises:
        ValueError: if no cell calls setup.
    """
    cell = next((c for c in notebook.cells if c.cell_type == "code" and is_setup(c.source)), None)
    if cell is None:
        raise ValueError('no set-up cell: give the notebook a code cell with setup("…")')
    reproducible = is_reproducible(cell.source)
    cell.source = setup_source(chapter, address, reproducible=reproducible)


def write_origin(notebook: nbformat.NotebookNode, course: str, address: str) -> None:
    """Say below the title on which page of the course a notebook stands, if that is known."""
    first = notebook.cells[0]
    line = f"*This notebook is a page of {course}: <{address}>*"
    if address and line not in first.source:
        title, _, text = first.source.partition("\n")
        first.source = f"{title}\n\n{line}\n{text}"


def write_exercises(notebook: nbformat.NotebookNode, path: Path, exercises: Sequence[Any]) -> None:
    """Write exercises (title and question) into a chapter, or quote them in its solutions.

    Raises:
        ValueError: if there is no place for them, or something else stands there.
    """
    if is_solutions(path):
        _quote_questions(notebook, chapter_of(path), exercises)
    else:
        _write_blocks(notebook, chapter_of(path), exercises)


def _write_blocks(notebook: nbformat.NotebookNode, chapter: str, exercises: Sequence[Any]) -> None:
    """Write all that stands between two headings; cells keep their ids and outputs."""
    first, last = (_place(notebook, heading) for heading in ("Exercises", "Sources"))
    above, _, below = notebook.cells[first].source.partition("## Exercises")
    for text in (below, *(cell.source for cell in notebook.cells[first + 1 : last])):
        if not re.match(r"\s*($|[`:]+\{exercise\}|answer = )", text):
            raise ValueError(f"{text[:60]!r} stands among the exercises; allowed: those of the lab")
    sources = []
    for k, exercise in enumerate(exercises, start=1):
        fields = {"title": exercise.title, "question": exercise.question, **_names(chapter, k)}
        sources += EXERCISE.format(**fields), STUB.format(**fields)
    sources[0] = f"{above}## Exercises\n\n{sources[0]}"
    kinds = cycle([new_markdown_cell, new_code_cell])
    written = [make(source) for make, source in zip(kinds, sources, strict=False)]
    for new, old in zip(written, notebook.cells[first:last], strict=False):
        if new.cell_type == old.cell_type:
            new.update(old | {"source": new.source})
    notebook.cells[first:last] = written


def _names(chapter: str, k: int) -> dict[str, Any]:
    """Return chapter, number and label of an exercise; the label is its anchor on the page."""
    return {"chapter": chapter, "k": k, "label": f"{chapter.split('/')[1].replace('_', '-')}-{k}"}


def _place(notebook: nbformat.NotebookNode, heading: str) -> int:
    for k, cell in enumerate(notebook.cells):
        if re.search(rf"^## {heading}$", cell.source, re.MULTILINE):
            return k
    raise ValueError(f"no `## {heading}`: exercises stand from `## Exercises` to `## Sources`")


def _quote_questions(
    notebook: nbformat.NotebookNode, chapter: str, exercises: Sequence[Any]
) -> None:
    """Write heading and question above each solution, and the way back below it."""
    texts = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in texts:
        if BACK_LINK.search(cell.source):
            cell.source = BACK_LINK.sub("\n\n", cell.source).strip()
    headed = [cell for cell in texts if HEADING.search(cell.source)]
    if len(headed) != len(exercises):
        allowed = "one for each, with its text, and below it a cell with answer and check"
        raise ValueError(
            f"{len(headed)} `##` headings for {len(exercises)} exercises; allowed: {allowed}"
        )
    back = ""  # below the solution before, of which the end may stand above this heading
    for k, (cell, exercise) in enumerate(zip(headed, exercises, strict=True), start=1):
        quoted = textwrap.indent(exercise.question, "> ", lambda line: True)
        above, below = HEADING.split(cell.source, maxsplit=1)
        heading = f"{above}{back}## Exercise {k}: {exercise.title}"
        cell.source = f"{heading}\n\n{quoted}\n\n{below}".rstrip()
        back = BACK.format(**_names(chapter, k))
    if notebook.cells[-1].cell_type != "markdown":
        notebook.cells.append(new_markdown_cell())
    notebook.cells[-1].source = f"{notebook.cells[-1].source}\n\n{back}".strip()


def is_reproducible(source: str) -> bool:
    """Tell whether a set-up cell asks for reproducible arithmetic."""
    return is_setup(source) and REPRODUCIBLE in source


def computes_reproducibly(notebook: nbformat.NotebookNode) -> bool:
    """Tell whether a notebook asks for reproducible arithmetic."""
    return any(is_reproducible(cell.source) for cell in notebook.cells)


def chapter_of(path: Path) -> str:
    """Return `models/vgg` for book/models/vgg.ipynb and for its solutions."""
    return "/".join(Path(path).with_suffix("").parts[-2:])


def is_solutions(path: Path) -> bool:
    """Tell whether the notebook at `path` holds the solutions of a chapter."""
    return Path(path).parts[-3] == "solutions"


def files_in_order(root: Path = ROOT) -> list[str]:
    """Return the files of the table of contents, without their endings, in its order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *_files(toc)]


def notebooks_in_order(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the table of contents, in its order."""
    paths = [root / f"{file}.ipynb" for file in files_in_order(root)]
    return [path for path in paths if path.exists()]


def chapters_in_order(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of the chapters, which are those without the solutions."""
    return [path for path in notebooks_in_order(root) if not is_solutions(path)]


def _files(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if "file" in node:
            yield node["file"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _files(child)


def make_canonical(notebook: nbformat.NotebookNode) -> None:
    """Give `notebook` the metadata of METADATA, and its cells no more than CELL_KEYS.

    nbstripout takes a list of what goes: kernels, versions and editors that it does not know stay.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        allowed = {key: cell.metadata[key] for key in CELL_KEYS if cell.metadata.get(key)}
        cell.metadata = nbformat.from_dict(allowed)
