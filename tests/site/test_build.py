"""A small book built with the real configuration: links to the repository, formulas, rebuilds."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Page\n\n$x^2$"}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def book(tmp_path):
    """The configuration and the extension with two pages, in a folder that is no clone."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for part in ("_ext", "_assets"):
        shutil.copytree(ROOT / "book" / part, tmp_path / "book" / part)
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    toc = "format: jb-book\nroot: book/index\nchapters:\n  - file: book/page\n"
    (tmp_path / "_toc.yml").write_text(toc)
    (tmp_path / "book" / "index.md").write_text("# Front page\n\nText.")
    (tmp_path / "book" / "page.ipynb").write_text(json.dumps(NOTEBOOK))
    return tmp_path


def build(book: Path, **environ: str) -> subprocess.CompletedProcess:
    """Build as ``make book`` does, in an environment that names no repository but the given."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "LSDL_"))}
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-W", "-n", "--keep-going"]
    settings = inherited | {"GIT_CEILING_DIRECTORIES": str(book.parent)} | environ
    return subprocess.run(command, cwd=book, env=settings, capture_output=True, text=True)


def page_of(book: Path, **environ: str) -> str:
    result = build(book, **environ)
    assert result.returncode == 0, result.stdout + result.stderr
    return (book / "_build" / "html" / "book" / "page.html").read_text("utf-8")


def test_no_address_no_button(book):
    page = page_of(book)
    for name in ("colab.research", "mybinder", "fa-github", "executablebooks", "fa-rocket"):
        assert name not in page


def test_links_follow_the_environment_and_survive_a_rebuild(book):
    address = {"LSDL_REPOSITORY": "git@github.com:owner/name.git", "GITHUB_REF_NAME": "dev"}
    page = page_of(book, **address)
    colab = "https://colab.research.google.com/github/owner/name/blob/dev/book/page.ipynb"
    binder = "https://mybinder.org/v2/gh/owner/name/dev?urlpath=lab/tree/book/page.ipynb"
    for link in (colab, binder, "https://github.com/owner/name", "/owner/name/issues/new"):
        assert f'href="{link}' in page or f"{link}?" in page
    assert page_of(book, **address) == page


def test_another_host_has_a_repository_button_only(book):
    page = page_of(book, LSDL_REPOSITORY="https://git.example.org/team/name")
    assert 'href="https://git.example.org/team/name"' in page
    assert "colab.research" not in page
    assert "mybinder" not in page


def test_formula_that_cannot_be_read_is_an_error(book):
    (book / "book" / "index.md").write_text("# Front page\n\n$\\nosuchmacro{x}$")
    result = build(book)
    assert result.returncode != 0
    assert "book/index.md: WARNING: KaTeX parse error" in result.stderr
    assert "nosuchmacro" in result.stderr
