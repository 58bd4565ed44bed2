import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import cloudpickle
import psutil
import pytest

from lsdl_helpers.launch import launch, ranks

cloudpickle.register_pickle_by_value(sys.modules[__name__])

SLEEP = [sys.executable, "-c", "import time; time.sleep(1000)"]


@pytest.fixture
def stranger():
    """A process that no rank has started, with a group of its own."""
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def rank(pid, alive, calls):
    return SimpleNamespace(
        pid=pid,
        is_alive=lambda: alive,
        kill=lambda: calls.append("kill"),
        join=lambda: calls.append("join"),
    )


def test_whoever_has_the_number_of_an_ended_rank_is_spared(stranger):
    calls = []
    ranks.kill_with_children(rank(stranger.pid, False, calls))
    assert calls == ["join"]
    stranger.terminate()  # after a SIGKILL this would come too late
    assert stranger.wait() == (-signal.SIGTERM if os.name == "posix" else 1)


def test_a_group_that_nobody_may_end_is_no_error(monkeypatch):
    def refuse(*args):
        raise PermissionError

    calls = []
    monkeypatch.setattr(os, "killpg", refuse, raising=False)
    ranks.kill_with_children(rank(os.getpid(), True, calls))
    assert calls == ["kill", "join"]


if os.name == "posix":

    def test_a_rank_that_is_done_ends_itself_with_what_it_has_started(monkeypatch):
        monkeypatch.setattr(ranks, "kill_with_children", lambda process: process.join())
        (pid,) = launch(lambda: subprocess.Popen(SLEEP).pid, 1)
        if psutil.pid_exists(pid):
            psutil.Process(pid).wait(timeout=60)
