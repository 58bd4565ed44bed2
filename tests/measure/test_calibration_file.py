import json
import os
import threading
import time
from pathlib import Path

import pytest

from lsdl_helpers.measure import calibration_file, machine
from lsdl_helpers.measure.calibration_file import (
    calibration_path,
    read_calibration,
    save_calibration,
)


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))
    return tmp_path


def test_the_file_moves_with_the_readers_folder(home):
    assert calibration_path() == home / f"machine-{machine().key}.json"


def test_a_write_that_fails_leaves_the_file_as_it_was(monkeypatch, capsys):
    save_calibration("cpu", {"version": 1})

    def fail(source, target):
        json.loads(Path(source).read_text())  # complete before it takes the other's place
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    save_calibration("parallel", {})
    assert capsys.readouterr().out.endswith(": No space left on device\n")
    assert read_calibration() == {"cpu": {"version": 1}}
    names = {file.name for file in calibration_path().parent.iterdir()}
    assert names <= {calibration_path().name, f"{calibration_path().stem}.lock"}


def test_two_that_write_at_once_keep_both_parts(monkeypatch):
    def read_slowly():
        content = read_calibration()
        time.sleep(0.1)  # without the lock the other one reads the same now
        return content

    monkeypatch.setattr(calibration_file, "read_calibration", read_slowly)
    writers = [threading.Thread(target=save_calibration, args=(x, {})) for x in ("cpu", "parallel")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert read_calibration() == {"cpu": {}, "parallel": {}}
