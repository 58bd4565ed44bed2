"""Small notebooks, planted beside a stand-in for the package, and the tool that runs them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.notebook_form import ROOT

ADDRESS = "https://example.org/course.git"
PACKAGE = ROOT / "lsdl_helpers"
STAND_IN = f"""
__path__.append({str(PACKAGE)!r})

def setup(chapter, arithmetic):
    print('set up', chapter)
"""
STAND_IN_LABS = """
class One:
    title, question = "One", "How many?"

def exercises(chapter):
    return [One]

def check(exercise_id, answer):
    print(exercise_id, answer)
"""


def tool(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    """Run Python with `arguments`; what `plant_package` put into `cwd` is the package."""
    places = {
        "PYTHONPATH": os.pathsep.join(map(str, (cwd, ROOT))),
        "LSDL_REPOSITORY": ADDRESS,
        "LSDL_HOME": "mine",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | places,
        capture_output=True,
        text=True,
    )


def plant_package(folder: Path) -> None:
    """Write a stand-in whose set-up loads nothing; all else is the package itself."""
    (folder / "lsdl_helpers").mkdir(parents=True)
    (folder / "lsdl_helpers" / "__init__.py").write_text(STAND_IN)
    (folder / "lsdl_helpers" / "labs.py").write_text(STAND_IN_LABS)


def plant(folder: Path, name: str, *sources: str, claims: tuple[str, ...] = ()) -> Path:
    """Write a notebook as Jupyter might leave it: an old set-up cell, noise, no outputs.

    The claims stand below the code, in the cell of the exercises.
    """
    old = 'import lsdl_helpers as lsdl\nlsdl.setup("old/name", arithmetic="reproducible")'
    cells = [new_code_cell(old)]
    cells += [new_code_cell(source, metadata={"collapsed": True}) for source in sources]
    title = "# Title\n\n**Before you start**\n\n- 99 minutes"
    texts = list(map(new_markdown_cell, (title, "Last.\n\n## Exercises", "## Sources")))
    if claims:
        texts[1].metadata = {"claims": list(claims), "tags": ["explain"]}
    notebook = new_notebook(cells=[texts[0], *cells, *texts[1:]])
    notebook.metadata = {"kernelspec": {"name": "mine"}, "jupytext": {"formats": "ipynb,md"}}
    nbformat.write(notebook, path := folder / f"{name}.ipynb")
    return path
