"""Each rule on stored files rejects a file planted to break it; test_style.py runs them all."""

import json

import pytest

from tests.book import sample, stored
from tests.book.page import findings, read


def cell(k, **changes):
    """Change fields of cell k, counted from 1."""
    return lambda notebook: notebook.cells[k - 1].update(changes)


def metadata(k, **changes):
    return lambda notebook: notebook.cells[k - 1].metadata.update(changes)


def output(k, kind, *data, **fields):
    return cell(k, outputs=[sample.new_output(kind, *data, **fields)])


def kernel(name):
    return lambda notebook: notebook.metadata.kernelspec.update(name=name)


MISTAKES = {
    "old format": (lambda notebook: notebook.update(nbformat_minor=4), "an old notebook format"),
    "invalid": (cell(8, outputs=[{"output_type": "odd"}]), "not a valid notebook"),
    "kernel": (kernel("my-env"), "my-env"),
    "python version": (
        lambda notebook: notebook.metadata.language_info.update(version="3.11.7"),
        "3.11.7",
    ),
    "timing noise": (metadata(8, execution={"x": 1}), "cell 8: metadata 'execution'"),
    "collapsed": (metadata(5, jp_collapsed=True), "cell 5: metadata 'jp_collapsed'"),
    "misspelled tag": (metadata(10, tags=["hide_output"]), "cell 10: tag 'hide_output'"),
    "skipped by tag": (metadata(10, tags=["nbval-skip"]), "cell 10: tag 'nbval-skip'"),
    "skipped by comment": (cell(8, source="# NBVAL_SKIP\n1"), "cell 8: a comment for nbval"),
    "two of an id": (cell(8, id="cell-2"), "cell 8: id 'cell-2'"),
    "no id": (lambda notebook: notebook.cells[7].pop("id"), "cell 8: id None"),
    "empty cell": (cell(9, source=" \n"), "cell 9: empty"),
    "stripped count": (cell(8, execution_count=None), "cell 8: execution count None; allowed: 4"),
    "run twice": (cell(13, execution_count=9), "cell 13: execution count 9; allowed: 6"),
    "result of another run": (
        output(8, "execute_result", {"text/plain": "2"}, execution_count=7),
        "cell 8: a result of run 7; allowed: 4",
    ),
    "error": (output(8, "error", ename="ValueError"), "cell 8: stored error ValueError"),
    "path": (output(8, "stream", text="/home/me/x.py:3: W"), "cell 8: the output shows '/home/me'"),
    "size": (output(8, "stream", text="x" * 300_000), "whole file: 30"),
}


@pytest.mark.parametrize(("change", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_a_bad_file_is_rejected(tmp_path, change, expected):
    page = sample.chapter()
    change(page.notebook)
    path = tmp_path / "sample.ipynb"
    path.write_text(json.dumps(page.notebook))
    result = findings(read(path), stored.RULES)
    assert any(expected in finding for finding in result), result


def test_a_page_with_an_explorer_may_be_larger():
    page = sample.chapter()
    page.notebook.cells[7].source = "explore(draw, size=[1, 2])"
    output(8, "stream", text="x" * 300_000)(page.notebook)
    assert not list(stored.is_small(page))
    output(8, "stream", text="x" * 600_000)(page.notebook)
    assert "allowed: 600 kB" in next(stored.is_small(page))
