"""What launch raises or returns for a rank that fails, dies or takes too long."""

import os
import re
import sys
import threading
import time
from types import SimpleNamespace

import cloudpickle
import pytest
import torch.distributed as dist

from lsdl_helpers.launch import RankError, launch, ranks
from tests.launch.failing import (
    KILLED,
    POSIX,
    SIGKILL,
    kill_rank_1,
    raise_in_rank_1,
    wait_for_the_others,
    wait_in_vain,
)

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def test_the_error_is_that_of_the_rank_that_raised_with_its_line():
    with pytest.raises(RankError) as caught:
        launch(raise_in_rank_1, 4)
    assert str(caught.value).splitlines()[0] == "rank 1 raised ValueError: bad shard"
    where = r"failing.py, line \d+, in raise_in_rank_1: raise ValueError\(.bad shard.\)"
    assert re.fullmatch(f"  {where}", str(caught.value).splitlines()[1])
    assert isinstance(caught.value.__cause__, ValueError)


class Late(Exception):
    def __reduce__(self):
        time.sleep(1)  # so that those who lost this rank report first
        return Late, ()


def test_the_rank_that_raised_is_waited_for():
    def raise_late():
        if dist.get_rank() == 1:
            raise Late
        wait_for_the_others()

    with pytest.raises(RankError, match=r"rank 1 raised .*Late"):
        launch(raise_late, 2)


def test_a_rank_that_returned_too_early_is_named():
    def wait_for_rank_0():
        if dist.get_rank() > 0:
            wait_for_the_others()

    with pytest.raises(RankError, match=r"rank 1 raised .*\n(.*\n)*returned before: rank 0$"):
        launch(wait_for_rank_0, 2)


class Ours(Exception):
    def __init__(self, text, number):  # not as pickle would call it
        super().__init__(text)
        self.number = number


class Odd(Ours):
    """What ends the process, or becomes a number, where it is unpickled."""

    def __reduce__(self):
        return (sys.exit, (1,)) if self.number else (int, ("1",))


@pytest.mark.parametrize(
    ("kind", "number", "attribute"),
    [(Ours, 1, None), (Ours, 1, threading.Lock), (Odd, 1, None), (Odd, 0, None)],
    ids=["back", "there", "exit", "number"],
)
def test_an_exception_that_cannot_travel_is_told_all_the_same(kind, number, attribute):
    def fail():
        error = kind("cannot travel", number)
        error.attribute = attribute and attribute()
        raise error

    with pytest.raises(RankError, match=f"{kind.__name__}: cannot travel") as caught:
        launch(fail, 1)
    assert caught.value.__cause__ is None


class Unreadable:
    def __reduce__(self):
        return int, ("x",)


def test_a_result_that_cannot_be_read_is_an_error_of_its_rank():
    def fail():
        return Unreadable() if dist.get_rank() else "good"

    good, error = launch(fail, 2, survive=True)
    assert good == "good"
    assert str(error).startswith("rank 1 returned what cannot be unpickled: ValueError: invalid")
    with pytest.raises(RankError, match="rank 0 returned what cannot be unpickled"):
        launch(Unreadable, 1)


def test_a_result_that_cannot_travel_is_an_error():
    with pytest.raises(RankError, match=r"rank 0 raised TypeError: cannot pickle '.*lock'"):
        launch(lambda: __import__("threading").Lock(), 1)


SIGNALS = [(9, f"{KILLED}; the system"), (11, "was killed by SIGSEGV$")]


@pytest.mark.parametrize(("number", "text"), SIGNALS if POSIX else [(9, KILLED)])
def test_a_killed_rank_is_reported_with_its_signal(number, text):
    with pytest.raises(RankError, match=f"rank 1 {text}"):
        launch(kill_rank_1, 3, number)


def leave_a_process_and_die():
    if os.fork():
        os.kill(os.getpid(), SIGKILL)
    time.sleep(1000)


if POSIX:

    def test_a_killed_rank_is_reported_although_a_process_that_it_forked_lives():
        with pytest.raises(RankError, match=f"rank 0 {KILLED}"):
            launch(leave_a_process_and_die, 1, timeout=60)


def test_a_rank_that_ends_itself_is_reported_with_its_exit_code():
    with pytest.raises(RankError, match=r"rank [01] ended by itself with exit code 3"):
        launch(os._exit, 2, 3)


def test_a_time_limit_says_where_each_rank_stands(monkeypatch, tmp_path):
    def clock():
        """Jump when both ranks have begun, and half a second later are where they wait."""
        begun = [file.stat().st_mtime for file in tmp_path.iterdir()]
        over = len(begun) == 2 and time.time() > max(begun) + 0.5
        return time.monotonic() + 1000 * over

    monkeypatch.setattr(ranks, "time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr(ranks, "TRACEBACK_S", 60)
    with pytest.raises(TimeoutError) as caught:
        launch(wait_in_vain, 2, tmp_path, timeout=900)
    text = str(caught.value)
    assert text.startswith("not done after 900 s\nrank 0 stands at\n")
    assert "in wait_for_the_others: dist.all_reduce(torch.ones(2))" in text
    assert text.endswith("in wait_in_vain: time.sleep(1000)")


def test_others_may_survive_failed_ranks():
    def fail_in_two():
        time.sleep(0.5)  # until all have joined
        if dist.get_rank() == 1:
            os.kill(os.getpid(), SIGKILL)
        if dist.get_rank() == 2:
            raise KeyError("lost")
        time.sleep(1)  # long enough to be ended
        return dist.get_rank()

    first, killed, raised, last = launch(fail_in_two, 4, survive=True)
    assert (first, last) == (0, 3)
    assert str(killed).startswith(f"rank 1 {KILLED}")
    assert isinstance(raised, RankError)
    assert isinstance(raised.__cause__, KeyError)
