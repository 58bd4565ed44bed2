"""What the front page is made of: its own figures, and what it takes from the chapters."""

from pathlib import Path

import nbformat
import pytest
import torch
import yaml

from book._ext.best_and_worst import CANNOT_FAIL, can_fail
from book._ext.course_contents import parts, read_chapter
from book._ext.stored_explorer import stored_explorers
from lsdl_helpers.measure import cost
from lsdl_helpers.models import build
from tests.book import sample
from tools.guesses import last_entries
from tools.notebook_form import ROOT


def giga(name: str) -> float:
    """Return the multiply-adds of a network for one picture, in billions."""
    with torch.device("meta"):
        return cost(build(name), (1, 3, 224, 224)).multiply_adds / 1e9


def test_figures_of_the_front_page():
    a, e = giga("vgg11"), giga("vgg19")
    text = " ".join((ROOT / "book" / "index.md").read_text("utf-8").split())
    assert f"{e / a:.2f} times the" in text
    assert f"{e:.2f} against {a:.2f} billion" in text
    drawing = (ROOT / "book" / "_assets" / "vgg_line.svg").read_text("utf-8")
    assert f">{a:.2f}<" in drawing
    assert f">{e:.2f}<" in drawing


def test_what_cannot_fail_is_left_out():
    same = {"name": "count", "ratio": 1 + 1e-12}
    assert not can_fail("book/a/b", same)
    assert not can_fail("book/a/b", same | {"ratio": None})
    assert not can_fail("book/a/b", same | {"ratio": "inf"}), "a prediction of 0"
    assert can_fail("book/a/b", same | {"ratio": 1.01})
    for chapter, name in CANNOT_FAIL:
        page = nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4)
        entry = last_entries(page.cells)[name]
        assert not can_fail(f"book/{chapter}", entry)


def test_a_chapter_without_a_surprise_is_refused(tmp_path):
    page = sample.chapter().notebook
    (tmp_path / "book").mkdir()
    (tmp_path / "_toc.yml").write_text("parts: [{caption: A, chapters: [{file: book/b/page}]}]")
    (tmp_path / "book" / "b").mkdir()
    nbformat.write(page, path := Path(tmp_path, "book", "b", "page.ipynb"))
    assert [*parts(tmp_path)] == [("A", ["book/b/page"])]
    assert read_chapter(tmp_path, "book/b/page").question == "What does this chapter find out?"
    del page.cells[10].metadata["surprise"]
    nbformat.write(page, path)
    with pytest.raises(ValueError, match="book/b/page: 1 questions, 0 cells with the metadata"):
        read_chapter(tmp_path, "book/b/page")


def test_the_page_names_its_chapter_of_one_explorer():
    text = (ROOT / "book" / "index.md").read_text("utf-8")
    chapter = text.partition("{explorer} ")[2].split()[0]
    assert len(stored_explorers(ROOT / "book" / f"{chapter}.ipynb")) == 1
    assert stored_explorers(ROOT / "book" / "models" / "resnet.ipynb") == []


def test_the_readme_counts_the_same_chapters():
    written = sum(len(files) for _, files in parts(ROOT))
    planned = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    planned = planned["sphinx"]["config"]["lsdl_planned_chapters"]
    readme = (ROOT / "README.md").read_text("utf-8")
    assert f"{written} of {planned} chapters are written" in readme
