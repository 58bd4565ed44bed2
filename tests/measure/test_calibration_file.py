import threading
import time

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
