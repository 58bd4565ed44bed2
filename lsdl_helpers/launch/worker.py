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
    """What every rank is given: the pickled function and arguments, and how to call it."""

    pickled_call: bytes
    environment: dict[str, str]
    start_method: str | None  # of processes that the function starts
    folder: str  # for output and reports
    backend: str | None
    num_threads: int
    timeout_s: float


@dataclass(frozen=True)
class ExceptionReport:
    """An exception of one rank: as text, pickled where it can be, with the time it was raised."""

    text: str
    frames: list[Frame]
    exception: bytes | None
    lost_a_peer: bool
    when: float


def run_rank(rank: int, job: Job, reports: Connection, control: Connection) -> None:
    """Join the process group, call the function, report its result or its exception.

    A report is a file of the folder, named by rank and kind: "result", pickled, "failure", an
    ExceptionReport, or, whenever `control` asks, "traceback", the frames of the main thread. The
    process ends when `control` closes, which it does with the process that called ``launch``.
    """
    detach_from_terminal()
    path = os.path.join(job.folder, str(rank))
    redirect_output(f"{path}.txt")
    send = ReportSender(path, reports)
    threading.Thread(target=watch_parent, args=(control, send, job.folder), daemon=True).start()
    os.environ.clear()
    os.environ.update(job.environment, RANK=str(rank), LOCAL_RANK=str(rank))
    multiprocessing.set_start_method(job.start_method, force=True)
    sys.modules["__main__"] = ModuleType("__main__")  # for what comes by value
    try:
        send("result", cloudpickle.dumps(call_function(job)))
    except BaseException as error:
        send("failure", report_exception(error))
    exit_with_children()  # now, for threads of libraries may hang after a lost peer


def call_function(job: Job) -> Any:
    """Call the function between joining torch's process group and leaving it."""
    torch.set_num_threads(job.num_threads)
    fn, args = pickle.loads(job.pickled_call)
    # Collectives have more time than the whole call, whose error names the line of every rank.
    with join(job.backend, timedelta(seconds=job.timeout_s + 60)) as context:
        if context.rank == 0 and torch.accelerator.is_available():
            print(context.why)
        return fn(*args)


class ReportSender:
    """Writes reports to files, one at a time, from any thread, and sends their kind through a pipe.

    A report itself does not go through the pipe, where it would keep who reads it waiting if
    this process stopped in the middle.
    """

    def __init__(self, path: str, reports: Connection) -> None:
        self.path, self.reports, self.lock = path, reports, threading.Lock()

    def __call__(self, kind: str, content: Any) -> None:
        with self.lock:
            flush_output()
            with open(f"{self.path}.{kind}", "wb") as file:
                pickle.dump(content, file)
            self.reports.send(kind)


def flush_output() -> None:
    """Write out what Python has buffered of what was printed."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the function may have closed it
            stream.flush()


def watch_parent(control: Connection, send: Callable[[str, Any], None], folder: str) -> None:
    """Send the traceback of the main thread on request; end this process with its parent."""
    main = threading.main_thread().ident
    try:
        while True:
            control.recv()
            stack = traceback.extract_stack(sys._current_frames()[main])
            send("traceback", frames_of_function(stack))
    except (EOFError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        exit_with_children()


def exit_with_children() -> NoReturn:
    """Kill this process, with those that it has started where the system has process groups."""
    if os.name == "posix":
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)


def detach_from_terminal() -> None:
    """Ignore Ctrl-C, and begin a process group, so that children can be killed together.

    The process that called ``launch`` hears Ctrl-C, and kills the group.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        os.setpgid(0, 0)


def redirect_output(path: str) -> None:
    """Redirect what this process and its libraries print to a file, line by line."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        os.dup2(file, stream.fileno())
        stream.reconfigure(line_buffering=True)
    os.close(file)


def report_exception(error: BaseException) -> ExceptionReport:
    """Turn an exception into text, frames and bytes, which can be sent whatever it holds."""
    when = time.monotonic()
    try:
        pickled = cloudpickle.dumps(error)
    except (Exception, SystemExit):
        pickled = None
    text = "".join(traceback.format_exception_only(error)).strip()
    frames = frames_of_function(traceback.extract_tb(error.__traceback__))
    return ExceptionReport(text, frames, pickled, lost_a_peer(text), when)


def frames_of_function(stack: traceback.StackSummary) -> list[Frame]:
    """Return the frames of a traceback from the launched function on; all, if it has not begun."""
    frames = [(frame.filename, frame.lineno or 0, frame.name) for frame in stack]
    callers = [
        k for k, (file, _, name) in enumerate(frames)
        if (file, name) == (__file__, call_function.__name__)
    ]  # fmt: skip
    return frames[callers[-1] + 1 :] if callers else frames


# What gloo, nccl and the store say when the other side is gone or silent.
LOST_PEER_MESSAGES = (
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
    return any(message in text for message in LOST_PEER_MESSAGES)
