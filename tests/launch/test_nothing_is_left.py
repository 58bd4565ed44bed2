"""Processes, ports, files and shared memory are gone after a launch, however it ends."""

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import cloudpickle
import psutil
import pytest
import torch.distributed as dist

from lsdl_helpers.launch import RankError, launch
from tests.launch.failing import POSIX, kill_rank_1, raise_in_rank_1, wait_in_vain
from tests.launch.ports import listening

cloudpickle.register_pickle_by_value(sys.modules[__name__])

# The number is there to tell it from those of other runs.
SLEEP = [sys.executable, "-c", "import time; time.sleep(1000)", str(os.getpid())]


def start_a_process_and(end):
    process = subprocess.Popen(SLEEP)
    end()
    return process.pid


def interrupt(parent):
    if dist.get_rank() == 0:
        os.kill(parent, signal.SIGINT)
    time.sleep(1000)


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
    """Do not ignore Ctrl-C, as a shell makes what it starts in the background do."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


@pytest.mark.slow
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left_after(ending, monkeypatch, tmp_path):
    launch(dist.get_rank, 1)  # the fork server stays
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
    files = shared_memory.iterdir() if shared_memory.exists() else ()
    descriptors = [f"descriptor {n}" for n in range(me.num_fds())] if POSIX else []
    return {*below, *orphans, *listening(), *files, *descriptors}
