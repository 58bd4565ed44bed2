import importlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lsdl_helpers.measure import calibrate, calibration, calibration_file, limits, machine
from lsdl_helpers.measure.calibration_file import (
    calibration_path,
    read_calibration,
    save_calibration,
)
from lsdl_helpers.measure.microbenchmarks import WORKING_SETS


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path, made):
    """An empty folder for the file; nothing is measured."""
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))
    monkeypatch.setattr(calibration, "_quick", {})
    monkeypatch.setattr(
        calibration,
        "measure_limits",
        lambda source="calibrated", **options: replace(made, source=source),
    )
    return calibration_path()


def test_a_calibration_is_saved(path, made, capsys):
    assert calibrate(device="cpu") == made
    assert limits(device="cpu") == made
    rates = "100 GFLOP/s and 20.0 GB/s with one thread"
    line = f"limits: {rates}, calibrated on 2026-01-02, cpu of made up (AVX-512)\n"
    assert capsys.readouterr().out == line
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.stem}.lock"}


def test_without_one_a_quick_one_is_made_once(path, monkeypatch, capsys):
    first = limits(device="cpu")
    assert first.source == "quick"
    assert "thread, quick calibration, rough; python -m lsdl_helpers" in capsys.readouterr().out
    assert limits(device="cpu") is first
    assert not path.exists()


def test_where_the_quick_one_fails_the_reference_is_taken(monkeypatch, capsys):
    def fail(**kwargs):
        raise RuntimeError("no\nmemory")

    monkeypatch.setattr(calibration, "measure_limits", fail)
    assert limits(device="cpu").source == "reference"
    failed, origin = capsys.readouterr().out.splitlines()
    assert failed == "the quick calibration failed: no memory"
    assert " with one thread, those of the reference machine, 20" in origin


def test_the_reference_goes_before_a_calibration(capsys):
    calibrate(device="cpu")
    reference = limits(reference=True)
    assert reference.source == "reference"
    assert reference.machine["processor"] != "made up"
    assert reference.peak() > 0
    assert reference.when


def test_another_machine_has_another_calibration(path, monkeypatch):
    calibrate(device="cpu")
    other = replace(machine(), cores=machine().cores._replace(value=99))
    monkeypatch.setattr(calibration_file, "machine", lambda: other)
    assert calibration_path() != path
    assert limits(device="cpu").source == "quick"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "ignored: Expecting"),
        ("[]", "ignored: it is not a dictionary"),
        ('{"cpu": {"version": 0}}', "cpu is ignored: it is not of version 2"),
        ('{"cpu": {"version": 2}}', "cpu is ignored: it is not a record of limits"),
        (b"\xff\xfe", "ignored: 'utf-8' codec"),
        (b"[" * 100_000, "ignored: maximum recursion depth exceeded"),
    ],
)
def test_a_file_that_cannot_be_read_counts_as_none(path, capsys, text, reason):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert limits(device="cpu").source == "quick"
    assert f"{path}: {reason}" in capsys.readouterr().out
    calibrate(device="cpu")
    assert limits(device="cpu").source == "calibrated"


def test_what_was_measured_between_processes_stays(made):
    save_calibration("parallel", {"latency_s": 1e-6})
    calibrate(device="cpu")
    assert limits(device="cpu").parallel == {"latency_s": 1e-6}
    save_calibration("parallel", {"latency_s": 2e-6})
    assert limits(device="cpu") == replace(made, parallel={"latency_s": 2e-6})


def test_a_calibration_that_cannot_be_saved_is_not_lost(path, monkeypatch, made, capsys):
    def fail(source, target):
        assert json.loads(Path(source).read_text()).keys() == {"cpu"}  # complete before it counts
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fail)
    assert calibrate(device="cpu") == made
    line = f"the calibration is not saved: {path}: Permission denied\n"
    assert capsys.readouterr().out == line
    assert {file.name for file in path.parent.iterdir()} <= {f"{path.stem}.lock"}


def test_without_a_home_folder_it_goes_on(monkeypatch, made, capsys):
    monkeypatch.setenv("LSDL_HOME", "~no_such_user/x")
    assert calibrate(device="cpu") == made
    assert limits(device="cpu").source == "quick"
    saved, read, _ = capsys.readouterr().out.splitlines()
    reason = "no home folder is known; set LSDL_HOME to a folder"
    assert saved == f"the calibration is not saved: {reason}"
    assert read == f"the calibration: ignored: {reason}"


def test_two_that_write_at_once_keep_both_parts(monkeypatch):
    def read_slowly():
        content = read_calibration()
        time.sleep(0.1)  # without the lock the other one reads the same now
        return content

    monkeypatch.setattr(calibration_file, "read_calibration", read_slowly)
    with ThreadPoolExecutor() as pool:
        list(pool.map(save_calibration, ("cpu", "parallel"), ({}, {})))
    assert read_calibration() == {"cpu": {}, "parallel": {}}


def test_an_accelerator_has_no_threads_to_tell_of(made, monkeypatch, capsys):
    monkeypatch.setattr(calibration, "device_kind", lambda device: "cuda")
    save_calibration("cuda", replace(made, device="cuda").to_dict())
    assert limits().device == "cuda"
    assert capsys.readouterr().out.startswith("limits: 100 GFLOP/s and 20.0 GB/s, calibrated on ")


def test_another_device_is_an_error():
    with pytest.raises(ValueError, match="device is 'gpu'; it must be 'cpu'"):
        limits(device="gpu")


def test_the_reference_was_made_by_the_command():
    reference = json.loads(
        importlib.resources.files("lsdl_helpers.measure").joinpath("reference.json").read_text()
    )
    assert reference["source"] == "calibrated"
    assert reference["device"] == "cpu"
    assert {size for size, _ in reference["bandwidths"]} == set(WORKING_SETS)
    assert reference.keys() == limits(reference=True).to_dict().keys()
