"""The processes of one launch: started, heard, and ended whatever happens."""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any

from lsdl_helpers.parallel.failures import Death, as_error, first_failure, tell
from lsdl_helpers.parallel.worker import Failure, Job, run_rank

GRACE_S = 0.3  # for the reports of other ranks after the first failure
CAUSE_S = 5.0  # for the report of the one whose loss the others report
TICK_S = 0.05  # how often there is a look at output and clock
ANSWER_S = 1.0  # for saying at which line a rank stands

# What ranks need is imported once, before they are forked. Without torch._dynamo each would
# import it at its first optimizer step, which takes seconds.
PRELOADED = [
    "torch._dynamo",
    "torch.distributed.optim",
    "torch.distributed.pipelining",
    "torch.distributed.tensor.parallel",
    "torch.nn.parallel",
    "lsdl_helpers.parallel",
]


class Ranks:
    """The processes of one launch; after the ``with`` block none is left."""

    def __init__(self, num_ranks: int, job: Job) -> None:
        self.num_ranks, self.job = num_ranks, job
        self.processes, self.reports, self.controls = [], [], []
        self.pickled: dict[int, bytes] = {}
        self.failures: dict[int, Failure | Death] = {}
        self.stacks: dict[int, str] = {}

    def __enter__(self) -> "Ranks":
        try:
            with without_main(), uninterrupted():
                for rank in range(self.num_ranks):
                    self._start(rank)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with uninterrupted():
            for process in self.processes:
                kill(process)
            for connection in (*self.reports, *self.controls):
                connection.close()

    def wait(self, timeout: float, survive: bool, show: Callable[[], None]) -> None:
        """Collect reports until each rank has ended, or one has failed and shall not.

        Raises:
            TimeoutError: after `timeout` seconds, with the line at which each rank stands.
        """
        end = time.monotonic() + timeout
        while self.silent:
            self._collect(TICK_S)
            show()
            if self.failures and not survive:
                self._collect_until(lambda: not self.silent, GRACE_S)
                self._collect_until(lambda: not self.silent or self._knows_cause(), CAUSE_S)
                return
            if time.monotonic() > end:
                raise TimeoutError(f"not done after {timeout:g} s{self._where()}")

    def results(self, survive: bool) -> list[Any]:
        """Return the results by rank, or raise the first failure, or put each in its place."""
        if self.failures and not survive:
            first = first_failure(self.failures)
            raise as_error(first, self.failures[first], returned=self.pickled)
        return [
            as_error(rank, self.failures[rank])
            if rank in self.failures
            else pickle.loads(self.pickled[rank])
            for rank in range(self.num_ranks)
        ]

    @property
    def silent(self) -> list[int]:
        """The ranks that have neither a result nor failed."""
        heard = {*self.pickled, *self.failures}
        return [rank for rank in range(self.num_ranks) if rank not in heard]

    def _start(self, rank: int) -> None:
        # Not fork: threads that torch has started here would be missing there, and waited for.
        context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
        if os.name != "nt":
            context.set_forkserver_preload(PRELOADED)
        reports, reports_of_rank = context.Pipe(duplex=False)
        control_of_rank, control = context.Pipe(duplex=False)
        self.reports.append(reports)
        self.controls.append(control)
        process = context.Process(
            target=run_rank, args=(rank, self.job, reports_of_rank, control_of_rank)
        )
        process.start()
        self.processes.append(process)
        reports_of_rank.close()
        control_of_rank.close()

    def _collect_until(self, done: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self._collect(TICK_S)

    def _collect(self, seconds: float) -> None:
        """Read the reports that come within `seconds`, the first of them at once."""
        watched = {self.reports[rank]: rank for rank in self.silent}
        for report in wait(list(watched), seconds):
            self._read(watched[report])

    def _read(self, rank: int) -> None:
        try:
            kind, content = self.reports[rank].recv()
        except (EOFError, OSError):
            seen = time.monotonic()
            self.processes[rank].join()
            self.failures[rank] = Death(self.processes[rank].exitcode, seen)
            return
        if kind == "stack":
            self.stacks[rank] = tell(content)
        else:
            {"result": self.pickled, "failure": self.failures}[kind][rank] = content

    def _knows_cause(self) -> bool:
        return any(not failure.lost_a_peer for failure in self.failures.values())

    def _where(self) -> str:
        """Ask every rank that is silent for the line at which it stands."""
        asked = self.silent
        for rank in asked:
            with suppress(OSError):  # it may end just now
                self.controls[rank].send("where?")
        self._collect_until(lambda: self.stacks.keys() >= set(self.silent), ANSWER_S)
        return "".join(
            f"\nrank {rank} stands at{self.stacks.get(rank, ' no line of Python')}"
            for rank in asked
        )


def kill(process: Any) -> None:
    """End a process with those that it has started, if it still runs; wait until it has ended."""
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()  # it may not be in a group of its own yet
    process.join()


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done, so that no process is started and forgotten."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Ctrl-C comes to the main thread only
        return
    came = []
    usual = signal.signal(signal.SIGINT, lambda *signal_and_frame: came.append(signal_and_frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if came and callable(usual):
            usual(*came[-1])


@contextmanager
def without_main() -> Iterator[None]:
    """Hide the program that calls: a new process would run it again, from the top.

    The function travels by value, so that no rank needs the program.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
