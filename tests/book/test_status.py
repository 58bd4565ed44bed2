"""The record of stored pages, and the report on it in a terminal and on the site."""

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from sphinx.application import Sphinx

from book._ext import run_report
from lsdl_helpers.ledger import Entry
from tests.book import sample
from tools import status
from tools.execution import Cost
from tools.reference_run import Calibration, Here
from tools.run_record import page_record, read_record, shared_quantities, write_record

FAST, SLOW = "AMD EPYC (AVX-512)", "AMD EPYC (no AVX-512)"
VERSIONS = {"python": "3.11.7", "torch": "2.14.1", "numpy": "2.3.0"}
TOC = "root: a\nparts: [{chapters: [{file: book/models/vgg}, {file: book/models/cost}]}]"


def quantity(value, interval=None, unit="ms", key="vgg16, forward"):
    return {"quantity": key, "name": "time", "value": value, "interval": interval, "unit": unit}


def page(processor, *quantities, **fields):
    took = {"date": "2026-11-30", "versions": VERSIONS, "seconds": 12.3, "peak_mb": 456}
    return {"processor": processor, "quantities": [*quantities], **took, **fields}


@pytest.fixture
def root(tmp_path):
    """A repository of two chapters, without a record."""
    (tmp_path / "_toc.yml").write_text(TOC)
    for name in ("vgg", "cost"):
        path = tmp_path / "book" / "models" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def record(root, **pages):
    content = {"format": 1, "pages": {f"models/{name}": kept for name, kept in pages.items()}}
    (root / "book" / "runs.json").write_text(json.dumps(content))


def shown(root):
    return status.as_text(status.report(root))


def test_notebooks_stand_by_processor_with_what_their_run_took(root):
    record(root, vgg=page(FAST), cost=page(SLOW, seconds=34.5))
    lines = shown(root).splitlines()
    assert lines[:3] == [FAST, "=" * len(FAST), "1 of 2 notebooks."]
    columns = ["notebook", "date", "Python", "torch", "numpy", "seconds", "memory"]
    assert lines[4].split() == columns
    assert lines[5].split() == [
        "models/vgg", "2026-11-30", "3.11.7", "2.14.1", "2.3.0", "12.3", "456", "MB"
    ]  # fmt: skip
    assert SLOW in lines


@pytest.mark.parametrize(("content", "expected"), [
    (None, "There is no runs.json; make notebooks writes it."),
    ("{", "runs.json: not JSON: Expecting"),
    ("[]", "runs.json: not of format 1; `make notebooks` writes it anew"),
    ('{"format": 1}', "models/vgg, models/cost. They come with make notebooks."),
    ('{"format": 1, "pages": {"models/vgg": {}}}', "unknown processor"),
])  # fmt: skip
def test_what_is_missing_is_said(root, content, expected):
    if content is not None:
        (root / "book" / "runs.json").write_text(content)
    assert expected in shown(root)


@pytest.mark.parametrize(("one", "other", "verdict"), [
    (quantity(2.0, [1.9, 2.1]), quantity(2.2, [2.05, 2.3]), "agree"),
    (quantity(2.0, [1.9, 2.1]), quantity(3.0, [2.9, 3.1]), "DIFFER 1.50×"),
    (quantity(2.0, [1.9, 2.1]), quantity(3.0), "DIFFER 1.50×, one without interval"),
    (quantity(2.0), quantity(2.0), "agree, 2 without interval"),
    (quantity(0.0), quantity(2.0), "DIFFER, 2 without interval"),
    (quantity(2.0), quantity(2.0, unit="s"), "DIFFER in unit"),
    (quantity("left"), quantity("right"), "DIFFER"),
    (quantity(2.0, ["nan", "nan"]), quantity(2.0), "not comparable: no number"),
])  # fmt: skip
def test_quantities_of_several_pages_are_compared(root, one, other, verdict):
    record(root, vgg=page(FAST, one), cost=page(FAST, other))
    lines = shown(root).splitlines()
    row = next(line for line in lines if line.startswith("vgg16, forward  models/"))
    assert row.endswith(f"  {verdict}")
    assert f"{int(verdict.startswith('DIFFER'))} of 1 differ by more than their spread." in lines


def test_a_quantity_of_one_page_is_left_out(root):
    record(root, vgg=page(FAST, quantity(1), quantity(2)), cost=page(FAST, quantity(3, key="x")))
    assert "None is stated by more than one page." in shown(root)


@pytest.mark.slow
def test_the_site_shows_the_same(root, monkeypatch):
    record(root, vgg=page(FAST, quantity(2.0)), cost=page(FAST, quantity(3.0, [2, 4])))
    monkeypatch.setattr(run_report, "RUNS", root / "book" / "runs.json")
    source = Path(run_report.__file__).parents[1] / "runs.md"
    (root / "index.md").write_text(source.read_text())
    options = {"extensions": ["myst_parser"], "html_theme": "basic", "exclude_patterns": ["book"]}
    app = Sphinx(root, None, root / "out", root / "trees", "html", options, warningiserror=True)
    run_report.set_run_report(app)
    app.build()
    shown = re.sub(r"<[^>]*>", " ", (root / "out" / "index.html").read_text())
    text = " ".join(html.unescape(shown).split())
    for table in status.report(root):
        assert table.title in text
        for row in (table.columns, *table.rows):
            assert all(cell in text for cell in row)


HERE = Here(SLOW, VERSIONS, "machine-0.json", {})
ELSEWHERE = Calibration("machine-0.json", {"cpu": {"peaks": []}}, is_reference=False)


def test_a_page_keeps_the_last_of_each_quantity_that_has_a_key():
    cells = sample.chapter().notebook.cells
    entries = [
        Entry("time", 1.0, unit="ms", measured=value, interval=(1, 3), quantity=key)
        for value, key in ((None, ""), (None, "k"), (1.5, "k"), (2.0, "k"))
    ]
    entries.append(Entry("other", 1.0, measured=1.0))
    cells[9].outputs = list(map(sample.entry_output, entries))
    assert shared_quantities(nbformat.v4.new_notebook(cells=cells)) == [
        {"quantity": "k", "name": "time", "value": 2.0, "interval": [1, 3], "unit": "ms"}
    ]


def test_pages_are_entered_beside_those_that_are_there(root):
    vgg, cost = (root / "book" / "models" / f"{name}.ipynb" for name in ("vgg", "cost"))
    solved = root / "book" / "solutions" / "models" / "vgg.ipynb"
    kept = page_record(sample.chapter().notebook, HERE, Cost(1.23, 45.6), ELSEWHERE)
    assert (kept["processor"], kept["seconds"], kept["peak_mb"]) == (SLOW, 1.2, 46)
    write_record({vgg: kept, solved: kept}, HERE, ELSEWHERE)
    write_record({cost: kept | {"calibration": None}}, HERE, None)
    found = read_record(root / "book" / "runs.json")
    assert list(found["pages"]) == ["models/cost", "models/vgg", "solutions/models/vgg"]
    assert found["calibrations"] == {SLOW: {"peaks": []}}
    write_record({cost: kept | {"calibration": "reference"}}, HERE, None, whole=True)
    found = read_record(root / "book" / "runs.json")
    assert (list(found["pages"]), found["calibrations"]) == (["models/cost"], {})
