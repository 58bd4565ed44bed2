"""What is kept of a ledger: whole, readable across versions, and never in the way."""

import json
import threading
import time

import pytest

from lsdl_helpers.measure import Ledger, ledger_store, user_folder
from lsdl_helpers.measure.ledger_store import FORMAT, StoreError, ledger_path, read_pages, save_page

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


def entries():
    return [page["entries"] for page in read_pages(CHAPTER)]


def test_each_entry_is_kept_at_once(home):
    ledger = Ledger(CHAPTER, machine="a machine")
    assert not home.exists(), "an empty page is nothing to keep"
    ledger.predict("time", 2.0, unit="ms")
    assert entries()[0][0]["measured"] is None
    ledger.measure("time", 3.0)
    (page,) = read_pages(CHAPTER)
    assert page["machine"] == "a machine"
    assert page["started"].endswith("+00:00")
    assert page["entries"] == [
        {"name": "time", "predicted": 2.0, "unit": "ms", "why": "", "guess": None, "measured": 3.0}
    ]
    stored = json.loads(ledger_path(CHAPTER).read_text())
    assert (stored["format"], stored["chapter"]) == (FORMAT, CHAPTER)


def test_a_rerun_begins_a_new_page_and_keeps_history():
    filled(measured=3.0)
    rerun = Ledger(CHAPTER)
    with pytest.raises(ValueError, match="predict 'time' before you measure it"):
        rerun.measure("time", 4.0)
    rerun.predict("time", 2.0, unit="ms")
    history = rerun.history("time")
    assert history["measured"].tolist() == ["3.00 ms", ""]
    assert history["guess"].tolist() == ["5 ms", ""]
    assert rerun.history("another").empty


def test_history_is_bounded():
    for k in range(ledger_store.NUM_EARLIER_PAGES + 3):
        Ledger(CHAPTER).predict("number", k)
    numbers = [page[0]["predicted"] for page in entries()]
    assert numbers == list(range(2, ledger_store.NUM_EARLIER_PAGES + 3))


def test_chapters_have_a_file_each():
    filled("models/vgg")
    filled("../..")
    assert {path.name for path in (user_folder() / "ledger").glob("*.json")} == {
        "models-vgg.json",
        "-.json",
    }


def test_what_another_version_wrote_is_kept_and_read():
    ledger_path(CHAPTER).parent.mkdir(parents=True)
    entry = {"name": "time", "predicted": 2.0, "color": "blue"}  # no unit, why, guess, measured
    page = {"id": "0", "started": "2020-01-01T00:00:00+00:00", "mood": "good", "entries": [entry]}
    ledger_path(CHAPTER).write_text(json.dumps({"format": 0, "owner": "me", "pages": [page]}))
    ledger = filled()
    stored = json.loads(ledger_path(CHAPTER).read_text())
    assert stored["pages"][0] == page
    assert (stored["owner"], stored["format"]) == ("me", FORMAT)
    assert ledger.history("time")["predicted"].tolist() == ["2.00", "2.00 ms"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (json.dumps({"format": FORMAT + 1, "pages": {}}), "of a newer lsdl_helpers"),
        ('{"format": 1, "pa', "damaged"),
        ("[]", "damaged"),
        ('{"pages": [1]}', "damaged"),
        ('{"pages": null}', "damaged"),
        ('{"pages": {}}', "damaged"),
        ('{"pages": [{"entries": null}]}', "damaged"),
        ('{"pages": [{"entries": [null]}]}', "damaged"),
        pytest.param("[" * 100_000, "damaged", id="deep"),
    ],
)
def test_what_cannot_be_understood_is_left_as_it_is(text, said, capsys):
    ledger_path(CHAPTER).parent.mkdir(parents=True)
    ledger_path(CHAPTER).write_text(text)
    ledger = filled()
    assert ledger.table().loc["time", "ratio"] == "1.50×", "the notebook goes on"
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"this page of the ledger is not kept: {ledger_path(CHAPTER)}: {said}")
    assert ledger_path(CHAPTER).read_text() == text
    with pytest.raises(StoreError, match=said):
        ledger.history("time")


@pytest.mark.parametrize("numbers", [
    {}, {"predicted": None}, {"predicted": [1]}, {"predicted": "many"},
    {"predicted": 1, "measured": 10**400},
])  # fmt: skip
def test_a_damaged_entry_stays_and_is_told_by_history_alone(numbers, capsys):
    ledger_path(CHAPTER).parent.mkdir(parents=True)
    page = {"entries": [{"name": "time", **numbers}]}
    ledger_path(CHAPTER).write_text(json.dumps({"format": FORMAT, "pages": [page]}))
    ledger = filled()
    assert capsys.readouterr().out == ""
    assert read_pages(CHAPTER)[0] == page
    with pytest.raises(StoreError, match=f"{ledger_path(CHAPTER)}: damaged: "):
        ledger.history("time")


@pytest.mark.parametrize("variables", [{"LSDL_HOME": "~no_such_user/x"}, {}])
def test_without_a_home_folder_the_notebook_goes_on(variables, monkeypatch, capsys):
    def fail():
        raise RuntimeError("Could not determine home directory.")

    for name in ("LSDL_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(ledger_store.Path, "home", fail)
    ledger = filled()
    (line,) = capsys.readouterr().out.splitlines()
    reason = "no home folder is known; set LSDL_HOME to a folder"
    assert line == f"this page of the ledger is not kept: {reason}"
    with pytest.raises(StoreError, match=reason):
        ledger.history("time")


def test_a_folder_that_cannot_be_written_is_one_line(home, capsys):
    home.write_text("a file where the folder should be")
    assert filled().table().loc["time", "measured"] == "3.00 ms"
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("this page of the ledger is not kept: ")
    assert str(home) in line


def test_a_cut_write_leaves_the_file_whole(monkeypatch, capsys):
    filled()
    before = ledger_path(CHAPTER).read_text()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger_store.os, "replace", full)
    filled()
    assert "No space left on device" in capsys.readouterr().out
    assert ledger_path(CHAPTER).read_text() == before
    names = {path.name for path in ledger_path(CHAPTER).parent.iterdir()}
    assert names <= {"models-vgg.json", "models-vgg.lock"}, "nothing half-written stays"


def test_two_kernels_at_once_keep_both_pages(monkeypatch):
    read = ledger_store._read

    def read_slowly(path):
        stored = read(path)
        time.sleep(0.1)  # without the lock the other one reads the same now
        return stored

    monkeypatch.setattr(ledger_store, "_read", read_slowly)
    pages = [{"id": name, "entries": []} for name in ("one", "two")]
    kernels = [threading.Thread(target=save_page, args=(CHAPTER, page)) for page in pages]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert sorted(page["id"] for page in read_pages(CHAPTER)) == ["one", "two"]


def test_nan_and_infinity_survive_as_valid_json():
    ledger = filled(measured=float("nan"))
    ledger.predict("bound", float("inf"))

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    json.loads(ledger_path(CHAPTER).read_text(), parse_constant=refuse)
    assert ledger.history("time")["measured"].tolist() == ["nan ms"]
    assert ledger.history("bound")["predicted"].tolist() == ["inf"]


@pytest.mark.parametrize(
    ("platform", "variable", "value", "folder"),
    [
        ("linux", "XDG_DATA_HOME", "/data", "/data/lsdl"),
        ("linux", "HOME", "/me", "/me/.local/share/lsdl"),
        ("darwin", "HOME", "/me", "/me/Library/Application Support/lsdl"),
        ("win32", "LOCALAPPDATA", "/local", "/local/lsdl"),
        ("linux", "LSDL_HOME", "/moved", "/moved"),
    ],
)
def test_the_users_folder_is_the_platforms(platform, variable, value, folder, monkeypatch):
    for name in ("LSDL_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(ledger_store.sys, "platform", platform)
    monkeypatch.setenv(variable, value)
    assert user_folder().as_posix() == folder
