import os
import sys
import time

import cloudpickle
import pytest
import torch.distributed as dist

from lsdl_helpers.launch import launch
from lsdl_helpers.launch.output import RankOutput

cloudpickle.register_pickle_by_value(sys.modules[__name__])


@pytest.fixture
def write(tmp_path):
    """Append to what a rank has printed."""

    def append(rank, text):
        with open(tmp_path / f"{rank}.txt", "a", encoding="utf-8", newline="") as file:
            file.write(text)

    return append


def shown(output, capsys, last=False):
    output.show(last)
    return capsys.readouterr().out


def test_a_bar_moves_in_one_line(tmp_path, write, capsys):
    output = RankOutput(tmp_path, 2, grouped=False)
    for text, expected in [
        ("\r10 %", "[0] 10 %"),
        ("", ""),
        ("\r20 %\r30 %", "\r[0] 30 %"),
        ("\r9 %", "\r[0] 9 % "),
        ("\r100 %\nnext", "\r[0] 100 %\n"),
    ]:
        write(0, text)
        assert shown(output, capsys) == expected
    assert shown(output, capsys, last=True) == "[0] next\n"


def test_lines_of_others_are_written_over_a_bar(tmp_path, write, capsys):
    output = RankOutput(tmp_path, 2, grouped=False)
    write(0, "\r30 of 100 done")
    write(1, "hello\n")
    assert shown(output, capsys) == "[0] 30 of 100 done\r[1] hello         \n"
    write(0, "\r40 of 100 done")
    assert shown(output, capsys, last=True) == "[0] 40 of 100 done\n"


def test_grouped_output_has_the_end_of_each_bar(tmp_path, write, capsys):
    output = RankOutput(tmp_path, 2, grouped=True)
    write(1, "\r1\r2\nlast")
    write(0, "\r3\r4\r\n")
    assert shown(output, capsys) == ""
    assert shown(output, capsys, last=True) == "[0] 4\n[1] 2\n[1] last\n"


def test_only_a_newline_ends_a_line_and_what_gloo_says_is_left_out(tmp_path, write, capsys):
    output = RankOutput(tmp_path, 1, grouped=False)
    write(0, "[Gloo] Rank 0 is connected to 1 peer ranks. Expected number of ... is : 1\n")
    write(0, "a\u2028b\x0bc\x85d\n\nof [Gloo] Rank 0 is connected to mine\n")
    lines = ["a\u2028b\x0bc\x85d", "", "of [Gloo] Rank 0 is connected to mine"]
    assert shown(output, capsys) == "".join(f"[0] {line}\n" for line in lines)


def say(text):
    for part in (1, 2):
        print(text, part)
        dist.barrier()
    os.write(2, b"from a library, without an end of line")


def test_grouped_output_is_shown_rank_by_rank(capsys):
    launch(say, 2, "hello", grouped=True)
    last = "from a library, without an end of line"
    expected = [f"[{r}] {line}" for r in (0, 1) for line in ("hello 1", "hello 2", last)]
    assert capsys.readouterr().out.splitlines() == expected


def test_live_output_is_shown_while_the_function_runs(monkeypatch, tmp_path):
    class Screen:
        def write(self, text):
            if "[0] ready" in text:
                (tmp_path / "seen").touch()

        def flush(self):
            pass

    def wait_to_be_seen():
        print("ready")
        while not (tmp_path / "seen").exists():
            time.sleep(0.01)

    monkeypatch.setattr(sys, "stdout", Screen())
    launch(wait_to_be_seen, 1, grouped=False, timeout=60)
