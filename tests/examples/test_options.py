"""The error messages of the cluster example for options with which it cannot train."""

import os

import pytest

from lsdl_helpers.launch import load_latest_checkpoint
from tests.examples.interrupted import load_example


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run the program here, on one rank; return its exit status and its error output."""

    def call(*arguments):
        folder = f"--folder={tmp_path / 'checkpoints'}"
        monkeypatch.setattr("sys.argv", ["train.py", *arguments, folder])
        try:
            status = load_example().main()
        except SystemExit as leaving:
            status = leaving.code
        return status, capsys.readouterr().err

    return call


@pytest.mark.parametrize("wrong", [
    "--batch=0", "--batch=-1", "--batch=1501", "--every=0", "--steps=-5", "--steps=0", "--steps=x",
    "--seed=-1", "--seed=99999999999999999999",
])  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(run, tmp_path, wrong):
    status, stderr = run("--steps=2", wrong)
    assert (status, len(stderr.splitlines())) == (2, 1)
    assert wrong.split("=")[0] in stderr
    assert not os.listdir(tmp_path)


def test_so_are_the_checkpoints_of_other_settings(run, tmp_path):
    assert run("--steps=1") == (None, "")
    status, stderr = run("--steps=2", "--batch=8")
    assert (status, len(stderr.splitlines())) == (2, 1)
    assert "choose another" in stderr
    assert load_latest_checkpoint(tmp_path / "checkpoints")[0] == 1
