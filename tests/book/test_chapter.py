"""`make chapter` writes what passes every check, and nothing over what is there."""

import os
import shutil
import subprocess
import sys

import pytest

from tools.chapter import with_chapter, write_chapter
from tools.notebook_form import ROOT

CHECKS = ["tests/book/test_style.py", "tests/labs", "tests/test_imports.py", "--nbval"]
OF_IT = ["-k", "trial_page or every_chapter"]


def repository(folder):
    """Copy what a new chapter touches and what checks it."""
    for name in ("book", "experiments", "lsdl_helpers", "tests", "tools"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("_toc.yml", "_config.yml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.mark.slow
def test_a_new_chapter_passes_every_check(tmp_path):
    root = repository(tmp_path)
    before = {path for path in root.rglob("*.*") if path.suffix != ".pyc"}

    def run(*command):
        environment = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
        options = {"cwd": root, "env": environment, "capture_output": True, "text": True}
        return subprocess.run([sys.executable, *command], **options)

    made = run("-m", "tools.chapter", "dynamic/trial_page")
    assert made.returncode == 0, made.stderr
    pages = ["book/dynamic/trial_page.ipynb", "book/solutions/dynamic/trial_page.ipynb"]
    written = {path.relative_to(root).as_posix() for path in set(root.rglob("*.*")) - before}
    assert written == {*pages, "lsdl_helpers/labs/dynamic/trial_page.py"}
    checked = run("-m", "pytest", "-q", "-p", "no:cacheprovider", *CHECKS, *pages, *OF_IT)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    linted = run("-m", "ruff", "check", "--no-cache")
    assert linted.returncode == 0, linted.stdout
    again = run("-m", "tools.chapter", "dynamic/trial_page")
    assert (again.returncode, again.stdout) == (2, "")
    assert "book/dynamic/trial_page.ipynb exists; allowed: the name of a new" in again.stderr


@pytest.mark.parametrize(("name", "reason"), [
    ("faces", "the name is 'faces'; allowed: part/chapter of lower-case letters, digits and _"),
    ("", "the name is ''; allowed: part/chapter"),
    ("dynamic/sum-order", "the name is 'dynamic/sum-order'"),
    ("dynamic/Faces", "the name is 'dynamic/Faces'"),
    ("dynamic/../faces", r"the name is 'dynamic/\.\./faces'"),
    ("dinamic/faces", "no part is called 'dinamic'; there are compression, cpu, dynamic,"),
    ("dynamic/cascades", r"book/dynamic/cascades\.ipynb exists"),
])  # fmt: skip
def test_a_chapter_is_refused(name, reason):
    with pytest.raises(ValueError, match=reason):
        write_chapter(name)


TOC = """\
parts:
  - chapters:  # in the order of the book
      - file: book/cpu/first
        title: First
      - file: book/gpu/first
        title: First
  - chapters:
    - file: book/solutions/index
      sections:
      - file: book/solutions/cpu/first
    - file: book/glossary
"""


def test_nothing_but_the_new_pages_is_added_to_the_table_of_contents():
    lines = with_chapter(TOC, "cpu/second_try").splitlines()
    assert lines.pop(4) == "      - file: book/cpu/second_try"
    assert lines.pop(4) == "        title: Second try"
    assert lines.pop(10) == "      - file: book/solutions/cpu/second_try"
    assert lines == TOC.splitlines()
