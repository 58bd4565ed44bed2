"""One run of all pages: on a quiet machine, with one calibration, stored together or not at all."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from lsdl_helpers.measure import limits, machine
from lsdl_helpers.measure.calibration_file import calibration_path
from tests.book.page import read
from tests.book.planted_book import plant, plant_package, tool
from tools import notebooks, reference_run
from tools.notebook_form import ROOT
from tools.reference_run import (
    BusyMachineError,
    Calibration,
    Here,
    disturbances,
    is_like,
    read_reference,
    reference_calibration,
    write_reference,
)

PROGRAM = """
import sys
from pathlib import Path
from tools import notebooks, reference_run as run

made = {"cpu": {"when": "now"}, "parallel": {"latency_s": 1}}
run.REFERENCE = Path("reference.json")
run.require_quiet = lambda: print("quiet")
run.calibrate = lambda here, **how: print("calibrated") or run.Calibration("m.json", made, True)
sys.exit(notebooks.refresh_book(list(map(Path, sys.argv[1:])), 20))
"""
CALIBRATION = "open(os.environ['LSDL_HOME'] + '/m.json').read()"
SPOIL = "open(os.environ['LSDL_HOME'] + '/m.json', 'w').close()"
USED = "import os\nfrom lsdl_helpers.labs import check"


@pytest.fixture
def folder(tmp_path):
    plant_package(tmp_path / "book" / "models")
    return tmp_path / "book" / "models"


@pytest.mark.slow
def test_all_pages_read_one_calibration_and_are_stored_together(folder):
    pages = [plant(folder, name, USED, CALIBRATION, SPOIL, "x = 1") for name in ("one", "two")]
    (folder.parent / "runs.json").write_text("what is no record is replaced")
    done = tool("-c", PROGRAM, *pages, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("quiet\ncalibrated\n")
    for page in pages:
        shown = read(page).notebook.cells[3].outputs[0].data["text/plain"]
        assert json.loads(shown.strip("'"))["cpu"] == {"when": "now"}
    assert json.loads((folder / "reference.json").read_text()) == {
        "when": "now",
        "parallel": {"latency_s": 1},
    }
    record = json.loads((folder.parent / "runs.json").read_text())
    assert record["pages"].keys() == {"models/one", "models/two"}
    assert {page["calibration"] for page in record["pages"].values()} == {"reference"}
    assert record["calibrations"] == {}


@pytest.mark.slow
def test_none_is_stored_if_one_fails_and_all_that_failed_are_listed(folder):
    good = plant(folder, "good", USED)
    bad = plant(folder, "bad", USED, 'raise KeyError("planted")')
    untrue = plant(folder, "untrue", USED, claims=("1 > 2",))
    before = [path.read_text() for path in (good, bad, untrue)]
    done = tool("-c", PROGRAM, good, bad, untrue, cwd=folder)
    assert done.returncode == 2
    assert before == [path.read_text() for path in (good, bad, untrue)]
    assert not (folder.parent / "runs.json").exists()
    assert not (folder / "reference.json").exists()
    assert "bad.ipynb was not stored, cell 4" in done.stderr
    assert "untrue.ipynb was not stored:" in done.stderr
    assert "2 of 3 failed\nnone is stored; all are as they were\n" in done.stdout


def timing(spread=0.01, share=0.99):
    return SimpleNamespace(median=1.0, spread=spread, share=share, disturbed=share < 0.9)


@pytest.mark.parametrize(("load", "timed", "seen"), [
    (0.1, timing(), []),
    (0.8, timing(), ["a load of 0.80 a core in the last minute (allowed: 0.25)"]),
    (0.1, timing(share=0.7), ["a matrix product ran 70% of the time (allowed: from 90%)"]),
    (0.1, timing(spread=0.2), ["its times spread by 20% (allowed: 5%)"]),
])  # fmt: skip
def test_what_shows_that_a_machine_is_busy(load, timed, seen):
    assert disturbances(load, timed) == seen


def test_a_busy_machine_is_refused_unless_told_otherwise(monkeypatch):
    monkeypatch.setattr(reference_run.psutil, "getloadavg", lambda: (99.0, 0, 0))
    with pytest.raises(BusyMachineError, match=r"a load of \d.*\(allowed: .*--busy goes on"):
        notebooks.refresh_book([], 20)
    monkeypatch.setattr(reference_run, "here", lambda: pytest.fail("it went on"))
    with pytest.raises(pytest.fail.Exception, match="it went on"):
        notebooks.refresh_book([], 20, busy=True)


HERE = Here("AMD EPYC (AVX-512)", {}, "machine-0.json", {"processor": "A", "instruction_sets": "x"})


def test_a_machine_is_like_the_reference_by_processor_and_instruction_sets():
    same = HERE.described | {"memory": "other"}
    assert is_like(HERE.described, {"machine": same})
    for name in ("processor", "instruction_sets"):
        assert not is_like(HERE.described, {"machine": same | {name: "other"}})
    assert not is_like(HERE.described, {})


def test_pages_read_the_reference_where_it_fits(monkeypatch, tmp_path):
    monkeypatch.setattr(reference_run, "REFERENCE", path := tmp_path / "reference.json")
    write_reference(Calibration("", {"cpu": {"machine": HERE.described}}, True), path)
    read_by_it = notebooks.calibration_for([], HERE)
    assert read_by_it.is_reference
    assert read_by_it.parts["cpu"]["machine"] == HERE.described


def test_elsewhere_a_calibration_is_made_for_pages_that_time(monkeypatch, tmp_path):
    monkeypatch.setattr(reference_run, "REFERENCE", tmp_path / "none.json")
    made = Calibration("machine-0.json", {}, False)
    monkeypatch.setattr(reference_run, "calibrate", lambda here, is_reference: made)
    reproducible = plant(tmp_path, "page")
    assert notebooks.calibration_for([reproducible], HERE) is None
    timed = tmp_path / "timed.ipynb"
    timed.write_text(reproducible.read_text().replace(", arithmetic=\\\"reproducible\\\"", ""))
    assert notebooks.calibration_for([reproducible, timed], HERE) is made


def test_the_reference_is_found_as_the_calibration_of_this_machine(monkeypatch, tmp_path, capsys):
    """What a page reads on the reference machine is not rough, and knows of processes."""
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))
    here = HERE._replace(file_name=calibration_path().name)
    kept = read_reference() | {"parallel": {"latency_s": 1e-6}}
    for name, content in reference_calibration(here, kept).files.items():
        Path(tmp_path, name).write_text(json.dumps(content))
    found = limits(device="cpu")
    assert found.source == "calibrated"
    assert found.parallel == {"latency_s": 1e-6}
    assert "rough" not in capsys.readouterr().out


def test_this_machine_is_described_as_its_pages_name_it():
    found = reference_run.here()
    assert found.described == machine().describe()
    assert found.file_name == calibration_path().name
    assert found.processor.startswith(found.described["processor"])
    assert (ROOT / "lsdl_helpers" / "measure" / "reference.json") == reference_run.REFERENCE


@pytest.mark.slow
def test_a_calibration_is_made_in_a_folder_of_the_run(monkeypatch, tmp_path):
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))
    run = reference_run.subprocess.run
    quick = ["--seconds", "0.1"]
    monkeypatch.setattr(
        reference_run.subprocess, "run", lambda command, **how: run([*command, *quick], **how)
    )
    made = reference_run.calibrate(reference_run.here(), is_reference=False)
    assert made.parts.keys() == {"cpu", "parallel"}
    assert not list(tmp_path.iterdir())
