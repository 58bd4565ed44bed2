import importlib
import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from lsdl_helpers.measure import calibrate, calibration, limits, machine, record
from lsdl_helpers.measure.ledger_store import StoreError
from lsdl_helpers.measure.limits import to_json


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path, made):
    """An empty folder for the record; nothing is measured."""
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))
    monkeypatch.setattr(record, "_quick", {})
    monkeypatch.setattr(record, "measure_limits", lambda source="calibrated", **kwargs: replace(
        made, source=source))  # fmt: skip
    return record.record_path()


def test_the_record_moves_with_the_readers_folder(path, tmp_path):
    assert path == tmp_path / f"machine-{machine().key}.json"


def test_a_calibration_is_kept(path, made, capsys):
    assert calibrate(device="cpu") == made
    assert limits(device="cpu") == made
    assert capsys.readouterr().out == "limits: calibrated on 2026-01-02, cpu of made up\n"
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.stem}.lock"}


def test_without_one_a_quick_one_is_made_once(path, monkeypatch, capsys):
    first = limits(device="cpu")
    assert first.source == "quick"
    assert "limits: quick calibration, rough; python -m lsdl_helpers" in capsys.readouterr().out
    assert limits(device="cpu") is first
    assert not path.exists()


def test_where_the_quick_one_fails_the_reference_is_taken(monkeypatch, capsys):
    def fail(**kwargs):
        raise RuntimeError("no\nmemory")

    monkeypatch.setattr(record, "measure_limits", fail)
    assert limits(device="cpu").source == "reference"
    failed, said = capsys.readouterr().out.splitlines()
    assert failed == "the quick calibration failed: no memory"
    assert said.startswith("limits: those of the reference machine, 20")


def test_the_reference_goes_before_what_is_kept(capsys):
    calibrate(device="cpu")
    reference = limits(reference=True)
    assert reference.source == "reference"
    assert reference.machine["processor"] != "made up"
    assert reference.peak() > 0
    assert reference.when


def test_another_machine_has_another_record(path, monkeypatch):
    calibrate(device="cpu")
    monkeypatch.setattr(
        record, "machine", lambda: replace(machine(), cores=machine().cores._replace(value=99))
    )
    assert record.record_path() != path
    assert limits(device="cpu").source == "quick"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "ignored: Expecting"),
        ("[]", "ignored: it is no record"),
        ('{"cpu": {"version": 0}}', "cpu is ignored: it is not of version 1"),
        ('{"cpu": {"version": 1}}', "cpu is ignored: it is not a record of limits"),
        (b"\xff\xfe", "ignored: 'utf-8' codec"),
        (b"[" * 100_000, "ignored: maximum recursion depth exceeded"),
    ],
)
def test_a_record_that_cannot_be_read_is_said_and_ignored(path, capsys, text, said):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert limits(device="cpu").source == "quick"
    assert f"{path}: {said}" in capsys.readouterr().out
    calibrate(device="cpu")
    assert limits(device="cpu").source == "calibrated"


def test_other_parts_of_the_record_stay(path, made):
    record.update("parallel", {"latency_s": 1e-6})
    calibrate(device="cpu")
    assert limits(device="cpu").parallel == {"latency_s": 1e-6}
    record.update("parallel", {"latency_s": 2e-6})
    assert limits(device="cpu") == replace(made, parallel={"latency_s": 2e-6})


def test_a_record_is_replaced_whole_or_not_at_all(path, monkeypatch, made):
    calibrate(device="cpu")
    before = path.read_text()

    def fail(source, target):
        json.loads(Path(source).read_text())  # complete before it takes the other's place
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(StoreError, match="No space"):
        record.update("parallel", {})
    assert path.read_text() == before
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.stem}.lock"}


def test_two_that_write_at_once_keep_both_parts(monkeypatch):
    read = record.read_record

    def read_slowly():
        stored = read()
        time.sleep(0.1)  # without the lock the other one reads the same now
        return stored

    monkeypatch.setattr(record, "read_record", read_slowly)
    writers = [threading.Thread(target=record.update, args=(x, {})) for x in ("cpu", "parallel")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert read() == {"cpu": {}, "parallel": {}}


def test_a_calibration_that_cannot_be_kept_is_not_lost(monkeypatch, made, capsys):
    def fail(*args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fail)
    assert calibrate(device="cpu") == made
    said = capsys.readouterr().out
    assert said == f"the calibration is not kept: {record.record_path()}: Permission denied\n"


def test_without_a_home_folder_it_goes_on(monkeypatch, made, capsys):
    monkeypatch.setenv("LSDL_HOME", "~no_such_user/x")
    assert calibrate(device="cpu") == made
    assert limits(device="cpu").source == "quick"
    kept, read, _ = capsys.readouterr().out.splitlines()
    reason = "not kept: no home folder is known; set LSDL_HOME to a folder"
    assert (kept, read) == (f"the calibration is {reason}", f"limits are {reason}")


def test_another_device_is_an_error():
    with pytest.raises(ValueError, match="device is 'gpu'; it must be 'cpu'"):
        limits(device="gpu")


def test_the_reference_was_made_by_the_command():
    reference = json.loads(
        importlib.resources.files("lsdl_helpers.measure").joinpath("reference.json").read_text()
    )
    assert reference["source"] == "calibrated"
    assert reference["device"] == "cpu"
    assert {size for size, _ in reference["bandwidths"]} == set(calibration.WORKING_SETS)
    assert reference.keys() == to_json(record.limits(reference=True)).keys()
