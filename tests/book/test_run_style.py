"""Stored outputs agree with the record of their run: calibrated in full, below the peaks."""

import pytest

from lsdl_helpers.ledger import Entry
from tests.book import run_style, sample
from tests.book.page import book_notebooks, findings, read
from tools.notebook_form import ROOT, is_setup, notebooks_in_order
from tools.run_record import page_name, read_record

LIMITS = {
    "peaks": [
        ["float32", 1, 100e9, "3x3 convolution"],
        ["float32", 2, 190e9, ""],
        ["bfloat16", 1, 400e9, ""],
        ["int8", 1, 900e9, ""],
    ],
    "bandwidths": [[2**14, 300e9], [2**28, 20e9]],
}


@pytest.fixture
def found(monkeypatch):
    """Return what is found on a page of which one cell shows a measurement."""
    monkeypatch.setattr(run_style, "reference_limits", lambda: LIMITS)

    def found(name, unit, measured, interval=None, **record):
        monkeypatch.setattr(run_style, "known_record", lambda: RECORD | record)
        entry = Entry(name, 1.0, unit=unit, measured=measured, interval=interval)
        page = sample.chapter()
        page.notebook.cells[9].outputs = [sample.entry_output(entry)]
        return findings(page, run_style.RULES)

    return found


RECORD = {"pages": {}, "calibrations": {}}
ABOVE = [
    ("rate", "GFLOP/s", 101, None),
    ("rate", "TFLOP/s", 0.2, None),
    ("rate", "GFLOP/s", 120, (101, 130)),
    ("rate in bfloat16", "GFLOP/s", 401, None),
    ("INT8, products", "GFLOP/s", 901, None),
    ("copy", "GB/s", 301, None),
    ("copy", "MB/s", 301e3, None),
]
BELOW = [
    ("rate", "GFLOP/s", 100, None),
    ("rate", "GFLOP/s", 105, (99, 111)),
    ("rate in bfloat16", "GFLOP/s", 399, None),
    ("int8, products", "GFLOP/s", 899, None),
    ("copy", "GB/s", 299, None),
    ("time", "ms", 1e9, None),
    ("rate", "images/s", 1e9, None),
    ("rate", "GFLOP/s", float("nan"), None),
]


@pytest.mark.parametrize(("name", "unit", "measured", "interval"), ABOVE)
def test_a_rate_above_its_peak_is_rejected(found, name, unit, measured, interval):
    result = found(name, unit, measured, interval)
    assert len(result) == 1
    assert f"cell 10: {name!r} reaches" in result[0]
    assert "when the page was run" in result[0]


@pytest.mark.parametrize(("name", "unit", "measured", "interval"), BELOW)
def test_a_rate_up_to_its_peak_and_what_is_no_rate_pass(found, name, unit, measured, interval):
    assert not found(name, unit, measured, interval)


def test_the_message_names_rate_and_peak(found):
    assert found("rate", "GFLOP/s", 120.04) == [
        "book/models/sample.ipynb, cell 10: 'rate' reaches 120 GFLOP/s; allowed: 100 GFLOP/s, "
        "the peak of float32, one thread when the page was run"
    ]


@pytest.mark.parametrize(("read_by_it", "allowed"), [("reference", 100), ("Other", 50)])
def test_the_peak_is_that_of_the_calibration_which_the_page_has_read(found, read_by_it, allowed):
    slow = LIMITS | {"peaks": [["float32", 1, 50e9]]}
    record = {
        "pages": {"models/sample": {"calibration": read_by_it}},
        "calibrations": {"Other": slow},
    }
    assert not found("rate", "GFLOP/s", allowed - 1, **record)
    assert f"allowed: {allowed} GFLOP/s" in found("rate", "GFLOP/s", allowed + 1, **record)[0]


def test_a_quick_calibration_is_rejected():
    page = sample.chapter()
    text = "limits: quick calibration, rough; python -m lsdl_helpers calibrate takes half a minute"
    page.notebook.cells[7].outputs.append(sample.new_output("stream", text=text))
    assert findings(page, run_style.RULES) == [
        "book/models/sample.ipynb, cell 8: a quick calibration; allowed: that of `make notebooks`"
    ]


def says_where_it_ran(page, record):
    """Return what is wrong with the record of a page, if anything."""
    kept = record["pages"].get(page_name(page.path))
    if kept is None:
        return "no record"
    setup = next(cell for _, cell in page.code if is_setup(cell.source))
    line = "".join(output.get("text", "") for output in setup.outputs).partition("\n")[0]
    if f" · {kept['processor']}, " not in line:
        return f"the record says {kept['processor']}, the set-up line {line!r}"
    if kept["calibration"] not in (None, "reference", *record["calibrations"]):
        return f"the calibration of {kept['calibration']} is not in the record"
    return ""


IN_TOC = [pytest.param(p, id=str(p.relative_to(ROOT))) for p in notebooks_in_order()]


@pytest.mark.parametrize("path", IN_TOC)
def test_each_notebook_has_a_record_that_agrees_with_its_setup_line(path):
    wrong = says_where_it_ran(read(path), read_record())
    assert not wrong, f"{wrong}; `make notebooks` stores both"


def test_the_record_has_no_page_more():
    names = {page_name(path) for path in book_notebooks()}
    assert read_record()["pages"].keys() <= names


@pytest.mark.parametrize(("kept", "expected"), [
    (None, "no record"),
    ({"processor": "AMD EPYC", "calibration": None}, "the record says AMD EPYC, the set-up"),
    ({"processor": "AMD EPYC (AVX-512)", "calibration": "Other"}, "of Other is not in"),
    ({"processor": "AMD EPYC (AVX-512)", "calibration": "reference"}, ""),
])  # fmt: skip
def test_a_record_that_disagrees_is_found(kept, expected):
    page = sample.chapter()
    line = "Python 3.11.7 · torch 2.14.1 · AMD EPYC (AVX-512), 2 cores · cpu · skipped: nothing\n"
    page.notebook.cells[1].outputs = [sample.new_output("stream", text=line)]
    record = {"pages": {"models/sample": kept} if kept else {}, "calibrations": {}}
    wrong = says_where_it_ran(page, record)
    assert expected in wrong
    assert bool(wrong) == bool(expected)
