import gc
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import cloudpickle
import psutil
import pytest
import torch
import torch.distributed as dist

from lsdl_helpers.launch import RankError, launch, launcher, ranks

# As from a notebook: what is defined here travels by value.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

# The number is there to tell it from those of other runs.
SLEEP = [sys.executable, "-c", "import time; time.sleep(1000)", str(os.getpid())]
POSIX = os.name == "posix"
SIGKILL = 9  # on Windows it is an exit code
KILLED = "was killed by SIGKILL" if POSIX else "ended by itself with exit code 9"


def rank_plus(number):
    return dist.get_rank() + number


def wait_for_the_others():
    dist.all_reduce(torch.ones(2))


def raise_in_rank_1():
    if dist.get_rank() == 1:
        raise ValueError("bad shard")
    wait_for_the_others()


def kill_rank_1(number=SIGKILL):
    if dist.get_rank() == 1:
        os.kill(os.getpid(), number)
    wait_for_the_others()


def start_a_process_and(end):
    process = subprocess.Popen(SLEEP)
    end()
    return process.pid


def wait_in_vain(reached=None):
    if reached:
        (reached / str(dist.get_rank())).touch()
    if dist.get_rank() == 1:
        time.sleep(1000)
    wait_for_the_others()


def interrupt(parent):
    if dist.get_rank() == 0:
        os.kill(parent, signal.SIGINT)
    time.sleep(1000)


class Ours(Exception):
    def __init__(self, text, number):  # not as pickle would call it
        super().__init__(text)
        self.number = number


def test_results_come_in_the_order_of_ranks():
    assert launch(rank_plus, 3, 10) == [10, 11, 12]


def test_a_rank_computes_with_one_thread_where_and_as_the_caller_stands(monkeypatch, tmp_path):
    monkeypatch.setenv("OURS", "set after torch was imported")
    monkeypatch.chdir(tmp_path)

    def found():
        return torch.get_num_threads(), os.environ["OURS"], os.getcwd()

    assert launch(found, 1) == [(1, "set after torch was imported", str(tmp_path))]
    assert launch(torch.get_num_threads, 1, threads_per_rank=2) == [2]


def test_a_rank_may_load_data_with_processes_of_its_own():
    def total():
        return sum(b.sum().item() for b in torch.utils.data.DataLoader(range(10), num_workers=1))

    assert launch(total, 1) == [45]


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


def test_the_error_is_that_of_the_rank_that_raised_with_its_line():
    with pytest.raises(RankError) as caught:
        launch(raise_in_rank_1, 4)
    assert str(caught.value).splitlines()[0] == "rank 1 raised ValueError: bad shard"
    where = r"test_launcher.py, line \d+, in raise_in_rank_1: raise ValueError\(.bad shard.\)"
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


class Odd(Ours):
    """What ends the process, or becomes a number, where it is unpickled."""

    def __reduce__(self):
        return (sys.exit, (1,)) if self.number else (int, ("1",))


@pytest.mark.parametrize(
    ("kind", "number", "keeps"),
    [(Ours, 1, None), (Ours, 1, threading.Lock), (Odd, 1, None), (Odd, 0, None)],
    ids=["back", "there", "exit", "number"],
)
def test_an_exception_that_cannot_travel_is_told_all_the_same(kind, number, keeps):
    def fail():
        error = kind("cannot travel", number)
        error.kept = keeps and keeps()
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


def test_a_long_result_is_not_waited_for_in_a_pipe_and_stdout_may_be_closed():
    def long():
        send = Connection._send

        def send_short(self, message, *args):
            assert len(message) < 512, "may stop in the middle"
            send(self, message, *args)

        Connection._send = send_short
        sys.stdout.close()
        return bytes(100_000)

    assert launch(long, 1, timeout=60) == [bytes(100_000)]


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
    monkeypatch.setattr(ranks, "ANSWER_S", 60)
    with pytest.raises(TimeoutError) as caught:
        launch(wait_in_vain, 2, tmp_path, timeout=900)
    text = str(caught.value)
    assert text.startswith("not done after 900 s\nrank 0 stands at\n")
    assert "in wait_for_the_others: dist.all_reduce(torch.ones(2))" in text
    assert text.endswith("in wait_in_vain: time.sleep(1000)")


def test_others_may_survive_a_failed_rank():
    def fail_in_rank_1():
        if dist.get_rank() == 1:
            os.kill(os.getpid(), SIGKILL)
        time.sleep(1)  # long enough to be ended
        return dist.get_rank()

    first, second, third = launch(fail_in_rank_1, 3, survive=True)
    assert (first, third) == (0, 2)
    assert str(second).startswith(f"rank 1 {KILLED}")


@pytest.mark.parametrize("wrong", [{"num_ranks": 0}, {"num_ranks": 1, "threads_per_rank": -1}])
def test_counts_below_1_are_errors(wrong):
    with pytest.raises(ValueError, match=f"{list(wrong)[-1]} is .*; it must be at least 1"):
        launch(rank_plus, **wrong)


@pytest.mark.parametrize("timeout", [math.inf, math.nan, 0, -1, 1e10, None])
def test_a_time_limit_that_is_none_is_an_error(timeout):
    with pytest.raises(ValueError, match=f"timeout is {timeout}; it must be a number of seconds,"):
        launch(rank_plus, 1, 0, timeout=timeout)


def test_the_longest_time_limit_is_taken():
    assert launch(rank_plus, 1, 0, timeout=launcher.LONGEST_S) == [0]


def test_main_stays_as_it_is_while_threads_launch():
    main, seen, over = sys.modules["__main__"], set(), threading.Event()

    def look():
        while not over.wait(0.001):
            seen.add(sys.modules["__main__"])

    with ThreadPoolExecutor(4) as pool:
        pool.submit(look)
        try:
            assert list(pool.map(partial(launch, rank_plus), [2, 2, 2], [5, 6, 7]))[2] == [7, 8]
        finally:
            over.set()
    assert seen | {sys.modules["__main__"]} == {main}


@pytest.mark.parametrize("system", sorted({sys.platform, "win32"}))  # which does without libuv
def test_the_store_of_ranks_listens_to_this_machine_alone(system, monkeypatch):
    monkeypatch.setattr(launcher, "sys", SimpleNamespace(platform=system))
    store = launcher.local_store()
    heard = {c.laddr.ip for c in connections() if c.laddr.port == store.port}
    assert heard == {"127.0.0.1"}
    store.set("key", "value")
    assert store.get("key") == b"value"


@pytest.fixture
def torchrun(monkeypatch):
    """The only rank of a torchrun."""
    variables = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0, "MASTER_ADDR": "n", "MASTER_PORT": 0}
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    yield
    launcher._in_place.close()


@pytest.mark.usefixtures("torchrun")
@pytest.mark.parametrize("option", ["survive", "grouped"])
def test_torchrun_is_not_asked_for_what_it_does_not_do(option):
    with pytest.raises(ValueError, match=f"{option} is True; it must be left out under torchrun"):
        launch(rank_plus, 1, 0, **{option: True})


@pytest.mark.usefixtures("torchrun")
def test_under_torchrun_the_function_has_the_threads_asked_for():
    usual = torch.get_num_threads()
    assert launch(torch.get_num_threads, 1, threads_per_rank=usual + 1) == [usual + 1]
    assert torch.get_num_threads() == usual


ENDINGS = {
    "success": (lambda: None, None),
    "an exception": (raise_in_rank_1, RankError),
    "a killed rank": (kill_rank_1, RankError),
    "a time limit": (wait_in_vain, TimeoutError),  # of 4 s
}
if POSIX:  # on Windows it would end this process
    ENDINGS["Ctrl-C"] = (partial(interrupt, os.getpid()), KeyboardInterrupt)


@pytest.fixture
def ctrl_c():
    """Have Ctrl-C heard; a shell starts what runs in the background with deaf ears."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.slow
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_after(ending, monkeypatch, tmp_path):
    launch(rank_plus, 1, 0)  # the fork server stays
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    end, error = ENDINGS[ending]
    before = what_there_is()
    if error is None:
        launch(start_a_process_and, 2, end)
    else:
        with pytest.raises(error):
            launch(start_a_process_and, 2, end, timeout=4 if error is TimeoutError else 100)
    assert what_is_left(before) == set()
    assert list(tmp_path.iterdir()) == []


def what_is_left(before):
    """Return what is there now and was not before, and stays: shared memory of others goes."""
    end = time.monotonic() + 60
    while (left := what_there_is() - before) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def what_there_is():
    """Return the processes of this run, its listening ports, descriptors and shared memory."""
    gc.collect()
    me, shared_memory = psutil.Process(), Path("/dev/shm")
    below = [p for p in me.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    command_lines = [(p, p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    orphans = [p for p, line in command_lines if POSIX and line[1:] == SLEEP[1:]]
    ports = [c.laddr.port for c in connections() if c.status == psutil.CONN_LISTEN]
    files = shared_memory.iterdir() if shared_memory.exists() else ()
    descriptors = [f"descriptor {n}" for n in range(me.num_fds())] if POSIX else []
    return {*below, *orphans, *ports, *files, *descriptors}


def connections():
    """Return those of this process; psutil 5, which Colab has, gives them by another name."""
    me = psutil.Process()
    return me.net_connections() if hasattr(me, "net_connections") else me.connections()
