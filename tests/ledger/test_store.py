"""What is stored of a ledger: never half of it, readable across versions, never in the way."""

import json
import os
import threading
import time
from pathlib import Path

import pytest

from lsdl_helpers.ledger import Ledger, store
from lsdl_helpers.ledger.store import FORMAT, NUM_EARLIER_PAGES, ledger_path, save_page

CHAPTER = "models/vgg"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LSDL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def filled(chapter=CHAPTER, measured=3.0):
    ledger = Ledger(chapter, machine="a machine")
    ledger.predict("time", 2.0, unit="ms", why="bytes over bandwidth", guess=5)
    ledger.measure("time", measured)
    return ledger


def stored():
    return json.loads(ledger_path(CHAPTER).read_text())


def entries():
    return [page["entries"] for page in stored()["pages"]]


def test_each_entry_is_saved_at_once(home):
    ledger = Ledger(CHAPTER, machine="a machine")
    assert not home.exists(), "an empty page is nothing to save"
    ledger.predict("time", 2.0, unit="ms")
    assert entries()[0][0]["measured"] is None
    ledger.measure("time", 3.0)
    (page,) = stored()["pages"]
    assert page["machine"] == "a machine"
    assert page["started"].endswith("+00:00")
    assert page["entries"] == [
        {"name": "time", "predicted": 2.0, "unit": "ms", "why": "", "guess": None, "measured": 3.0}
    ]
    assert (stored()["format"], stored()["chapter"]) == (FORMAT, CHAPTER)


def test_a_rerun_begins_a_new_page_and_the_earlier_stay():
    filled(measured=3.0)
    rerun = Ledger(CHAPTER)
    with pytest.raises(ValueError, match="predict 'time' before you measure it"):
        rerun.measure("time", 4.0)
    rerun.predict("time", 2.0, unit="ms")
    assert [(page[0]["measured"], page[0]["guess"]) for page in entries()] == [(3, 5), (None, None)]


def test_the_number_of_pages_is_bounded():
    for k in range(NUM_EARLIER_PAGES + 3):
        Ledger(CHAPTER).predict("number", k)
    numbers = [page[0]["predicted"] for page in entries()]
    assert numbers == list(range(2, NUM_EARLIER_PAGES + 3))


def test_chapters_have_a_file_each():
    filled("models/vgg")
    filled("../..")
    names = {path.name for path in ledger_path(CHAPTER).parent.glob("*.json")}
    assert names == {"models-vgg.json", "-.json"}


def test_what_another_version_wrote_stays():
    ledger_path(CHAPTER).parent.mkdir(parents=True)
    entry = {"name": "time", "predicted": "many", "color": "blue"}  # no unit, guess, measured
    page = {"id": "0", "started": "2020-01-01T00:00:00+00:00", "mood": "good", "entries": [entry]}
    ledger_path(CHAPTER).write_text(json.dumps({"format": 0, "owner": "me", "pages": [page]}))
    filled()
    assert stored()["pages"][0] == page
    assert (stored()["owner"], stored()["format"], len(stored()["pages"])) == ("me", FORMAT, 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (json.dumps({"format": FORMAT + 1, "pages": {}}), "of a newer lsdl_helpers"),
        ('{"format": 1, "pa', "damaged"),
        ("[]", "damaged"),
        ('{"pages": [1]}', "damaged"),
        ('{"pages": null}', "damaged"),
        ('{"pages": {}}', "damaged"),
        pytest.param("[" * 100_000, "damaged", id="deep"),
    ],
)
def test_what_cannot_be_understood_is_left_as_it_is(text, reason, capsys):
    ledger_path(CHAPTER).parent.mkdir(parents=True)
    ledger_path(CHAPTER).write_text(text)
    ledger = filled()
    assert ledger.table().loc["time", "ratio"] == "1.50×", "the notebook goes on"
    (line,) = capsys.readouterr().out.splitlines()
    start = f"this page of the ledger is not saved: {ledger_path(CHAPTER)}: {reason}"
    assert line.startswith(start)
    assert ledger_path(CHAPTER).read_text() == text


@pytest.mark.parametrize("variables", [{"LSDL_HOME": "~no_such_user/x"}, {}])
def test_without_a_home_folder_the_notebook_goes_on(variables, monkeypatch, capsys):
    def fail():
        raise RuntimeError("Could not determine home directory.")

    for name in ("LSDL_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Path, "home", fail)
    filled()
    (line,) = capsys.readouterr().out.splitlines()
    reason = "no home folder is known; set LSDL_HOME to a folder"
    assert line == f"this page of the ledger is not saved: {reason}"


def test_a_folder_that_cannot_be_written_is_one_line(home, capsys):
    home.write_text("a file where the folder should be")
    assert filled().table().loc["time", "measured"] == "3.00 ms"
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("this page of the ledger is not saved: ")
    assert str(home) in line


def test_a_write_that_fails_leaves_the_file_as_it_was(monkeypatch, capsys):
    filled()
    before = ledger_path(CHAPTER).read_text()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    filled()
    assert "No space left on device" in capsys.readouterr().out
    assert ledger_path(CHAPTER).read_text() == before
    names = {path.name for path in ledger_path(CHAPTER).parent.iterdir()}
    assert names <= {"models-vgg.json", "models-vgg.lock"}, "nothing half-written stays"


def test_two_kernels_at_once_keep_both_pages(monkeypatch):
    read = store._read

    def read_slowly(path):
        content = read(path)
        time.sleep(0.1)  # without the lock the other one reads the same now
        return content

    monkeypatch.setattr(store, "_read", read_slowly)
    pages = [{"id": name, "entries": []} for name in ("one", "two")]
    kernels = [threading.Thread(target=save_page, args=(CHAPTER, page)) for page in pages]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert sorted(page["id"] for page in stored()["pages"]) == ["one", "two"]


def test_nan_and_infinity_survive_as_valid_json():
    ledger = filled(measured=float("nan"))
    ledger.predict("bound", float("inf"))

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    json.loads(ledger_path(CHAPTER).read_text(), parse_constant=refuse)
    assert [entry["predicted"] for entry in entries()[0]] == [2.0, "inf"]
    assert entries()[0][0]["measured"] == "nan"
