"""What runs in the process of one rank that :func:`~lsdl_helpers.launch.launch` has started."""

import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, NoReturn

import cloudpickle
import torch

from lsdl_helpers.launch.process_group import join

Frame = tuple[str, int, str]  # file, line, function


@dataclass(frozen=True)
class Job:
    """What every rank is told: the pickled call, and where and how to make it."""

    call: bytes
    environment: dict[str, str]
    start_method: str | None  # of processes that the function starts
    folder: str  # for output and reports
    backend: str | None
    num_threads: int
    timeout_s: float


@dataclass(frozen=True)
class Failure:
    """An exception of one rank: as text, pickled where it can be, with the time it was raised."""

    text: str
    frames: list[Frame]
    exception: bytes | None
    lost_a_peer: bool
    when: float


def run_rank(rank: int, job: Job, reports: Connection, control: Connection) -> None:
    """Join the process group, call the function, report its result or its exception.

    A report is a file of the folder, named by rank and kind: "result", pickled, "failure", a
    Failure, or, whenever `control` asks, "stack", the frames of the main thread. The process
    ends itself when `control` closes, which it does with the process that called ``launch``.
    """
    leave_the_terminal()
    path = os.path.join(job.folder, str(rank))
    write_to(f"{path}.txt")
    send = Sender(path, reports)
    threading.Thread(target=watch, args=(control, send, job.folder), daemon=True).start()
    os.environ.clear()
    os.environ.update(job.environment, RANK=str(rank), LOCAL_RANK=str(rank))
    multiprocessing.set_start_method(job.start_method, force=True)
    sys.modules["__main__"] = ModuleType("__main__")  # for what comes by value
    try:
        send("result", cloudpickle.dumps(call(job)))
    except BaseException as error:
        send("failure", describe(error))
    end_group()  # now, for threads of libraries may hang after a lost peer


def call(job: Job) -> Any:
    """Run the function between joining the process group and leaving it."""
    torch.set_num_threads(job.num_threads)
    fn, args = pickle.loads(job.call)
    # Collectives have more time than the whole call, whose error names the line of every rank.
    with join(job.backend, timedelta(seconds=job.timeout_s + 60)) as place:
        if place.rank == 0 and torch.accelerator.is_available():
            print(place.why)
        return fn(*args)


class Sender:
    """Writes reports, one at a time, from whichever thread has one, and says of which kind.

    A report does not go through the pipe, where it would keep who reads it waiting if this
    process stopped in the middle.
    """

    def __init__(self, path: str, reports: Connection) -> None:
        self.path, self.reports, self.lock = path, reports, threading.Lock()

    def __call__(self, kind: str, content: Any) -> None:
        with self.lock:
            flush()
            with open(f"{self.path}.{kind}", "wb") as file:
                pickle.dump(content, file)
            self.reports.send(kind)


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the function may have closed it
            stream.flush()


def watch(control: Connection, send: Callable[[str, Any], None], folder: str) -> None:
    """Answer where the main thread stands; end this process with the one that started it."""
    main = threading.main_thread().ident
    try:
        while True:
            control.recv()
            stack = traceback.extract_stack(sys._current_frames()[main])
            send("stack", frames_of_caller(stack))
    except (EOFError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        end_group()


def end_group() -> NoReturn:
    """End this process, with those that it has started where the system has process groups."""
    if os.name == "posix":
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def leave_the_terminal() -> None:
    """Ctrl-C is for the process that waits; it ends this one, with the processes it starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        os.setpgid(0, 0)


def write_to(path: str) -> None:
    """Send what this process and its libraries print to a file, line by line."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
        stream.reconfigure(line_buffering=True)
    os.close(file)


def describe(error: BaseException) -> Failure:
    """Make an exception into something that can be sent."""
    when = time.monotonic()
    try:
        pickled = cloudpickle.dumps(error)
    except (Exception, SystemExit):
        pickled = None
    text = "".join(traceback.format_exception_only(error)).strip()
    frames = frames_of_caller(traceback.extract_tb(error.__traceback__))
    return Failure(text, frames, pickled, lost_a_peer(text), when)


def frames_of_caller(stack: traceback.StackSummary) -> list[Frame]:
    """Return the frames from the launched function downward; all, if it has not begun."""
    frames = [(frame.filename, frame.lineno or 0, frame.name) for frame in stack]
    above = [i for i, (file, _, name) in enumerate(frames) if (file, name) == (__file__, "call")]
    return frames[above[-1] + 1 :] if above else frames


# What gloo, nccl and the store say when the other side is gone or silent.
SIGNS_OF_A_LOST_PEER = (
    "Connection closed by peer",
    "Connection reset by peer",
    "Broken pipe",
    "Socket closed",
    "remote process exited",
    "Timed out waiting",
    "wait timeout after",
    "failed to recv",
)


def lost_a_peer(text: str) -> bool:
    """Return whether an exception says that another rank is gone, and so is not the first."""
    return any(sign in text for sign in SIGNS_OF_A_LOST_PEER)
