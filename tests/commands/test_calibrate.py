import json
from dataclasses import replace

import pytest

from lsdl_helpers import measure
from lsdl_helpers.__main__ import main
from lsdl_helpers.launch import RankError
from lsdl_helpers.measure import Limits
from lsdl_helpers.parallel import collectives
from lsdl_helpers.parallel.collectives import Link

MADE = Limits(
    peaks={("float32", 1): 100e9},
    bandwidths=((2**14, 400e9), (2**28, 20e9)),
    overhead_s=1e-6,
    source="calibrated",
    when="2026-01-02T03:04",
    device="cpu",
    machine={"processor": "made up"},
)


@pytest.fixture
def asked(monkeypatch):
    """What the command asks of calibrate, which takes no time here; each is slower by 5 %."""
    calls = []
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")

    def calibrate(**options):
        calls.append(options)
        return replace(MADE, peaks={("float32", 1): 100e9 / 1.05 ** (len(calls) - 1)})

    monkeypatch.setattr(measure, "calibrate", calibrate)
    monkeypatch.setattr(collectives, "calibrate_parallel", lambda: Link(93e-6, 0.5e-9))
    return calls


def test_it_prints_the_machine_and_its_limits(asked, capsys):
    assert main(["calibrate"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("processor ")
    assert "calibrated, 2026-01-02T03:04, cpu of made up" in printed
    assert "100 GFLOP/s" in printed
    assert "between two processes: latency 93 µs, then 2.00 GB/s" in printed
    assert "smallest" not in printed
    assert asked == [{"device": None, "seconds": 20.0}]


def test_repeated_it_prints_the_spread(asked, capsys):
    assert main(["calibrate", "--repeat", "3", "--seconds", "1", "--cpu"]) == 0
    table = capsys.readouterr().out.partition("largest / smallest")[2]
    rows = dict(line.rsplit(maxsplit=1) for line in table.strip().splitlines())
    assert rows["float32, 1 thread"] == "1.10×"  # 1.05 twice
    assert rows["copy, 16 KiB"] == "1.00×"
    assert asked == [{"device": "cpu", "seconds": 1.0}] * 3


def test_it_writes_a_file(asked, capsys, tmp_path):
    assert main(["calibrate", "--output", str(tmp_path / "made.json")]) == 0
    assert Limits.from_dict(json.loads((tmp_path / "made.json").read_text())) == MADE
    assert main(["calibrate", "--output", str(tmp_path / "none" / "made.json")]) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err


FAILURES = {
    "calibrate": RuntimeError("out of memory\nTried to allocate 9 GiB"),
    "machine": OSError(28, "No space left on device"),
    "calibrate_parallel": RankError("rank 1 was killed by SIGKILL\n  where"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_cannot_be_measured_is_one_line(asked, capsys, monkeypatch, tmp_path, name):
    def failing(**options):
        raise FAILURES[name]

    monkeypatch.setattr(collectives if name == "calibrate_parallel" else measure, name, failing)
    assert main(["calibrate", "--output", str(tmp_path / "made.json")]) == 1
    message = " ".join(str(FAILURES[name]).split())
    assert capsys.readouterr().err == f"python -m lsdl_helpers calibrate: {message}\n"
    assert (tmp_path / "made.json").exists() == (name == "calibrate_parallel"), "what is done stays"


@pytest.mark.parametrize("wrong", [["--repeat", "0"], ["--repeat", "x"], ["--seconds", "-1"]])
def test_bad_input_is_one_line(asked, capsys, wrong):
    with pytest.raises(SystemExit) as leaving:
        main(["calibrate", *wrong])
    assert leaving.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert asked == []
