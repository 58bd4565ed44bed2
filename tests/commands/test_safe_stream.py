"""Output that cannot be written: the work is done, and one line says what is missing."""

import contextlib
import os
import sys
from functools import partial

import pytest

from lsdl_helpers import __main__ as program


@contextlib.contextmanager
def closed():
    yield None


def unwritable():
    return os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")


def without_a_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w")


@pytest.fixture
def work(monkeypatch):
    """A command in place of all: prints before its work and after it."""
    done = []

    def main():
        print("before", flush=True)
        done.append("work")
        print("after" * 10_000)
        return 0

    monkeypatch.setattr(program, "main", main)
    return done


def run(monkeypatch, opened):
    with opened() as stdout, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stdout)
        return program._run()


@pytest.mark.parametrize("opened", [closed, unwritable])
def test_the_work_is_done_without_output(monkeypatch, capsys, work, opened):
    assert run(monkeypatch, opened) == 1
    assert work == ["work"]
    message = "python -m lsdl_helpers: the output cannot be written: Bad file descriptor\n"
    assert capsys.readouterr().err == message


def test_the_work_is_done_when_the_reader_has_left(monkeypatch, capsys, work):
    assert run(monkeypatch, without_a_reader) == 0
    assert work == ["work"]
    assert capsys.readouterr().err == ""


def test_help_that_cannot_be_written(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["lsdl_helpers", "--help"])
    assert run(monkeypatch, unwritable) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_work_is_done_without_stderr(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(program, "main", lambda: print("lost", file=sys.stderr) or 2)
    assert program._run() == 2
    assert capsys.readouterr().out == "", "nothing of it is among the results"


def test_a_character_that_cannot_be_shown_is_written_as_its_number(monkeypatch, tmp_path):
    monkeypatch.setattr(program, "main", lambda: print("é 猫 \udce9") or 0)
    assert run(monkeypatch, partial(open, tmp_path / "out", "w", encoding="cp1252")) == 0
    assert (tmp_path / "out").read_bytes().rstrip() == b"\xe9 \\u732b \\udce9"
