"""The processes of one launch: started, heard, and ended whatever happens."""

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import Any

from lsdl_helpers.launch import starting
from lsdl_helpers.launch.failures import (
    Death,
    RankError,
    as_error,
    first_failure,
    tell,
    unpickle_result,
)
from lsdl_helpers.launch.worker import Failure, Job, run_rank

GRACE_S = 0.3  # for the reports of other ranks after the first failure
CAUSE_S = 5.0  # for the report of the one whose loss the others report
TICK_S = 0.05  # how often there is a look at output and clock
ANSWER_S = 1.0  # for saying at which line a rank stands


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
            with uninterrupted():
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
        return [self._result(rank, survive) for rank in range(self.num_ranks)]

    def _result(self, rank: int, survive: bool) -> Any:
        if rank in self.failures:
            return as_error(rank, self.failures[rank])
        try:
            return unpickle_result(rank, self.pickled[rank])
        except RankError as error:
            if survive:
                return error
            raise

    @property
    def silent(self) -> list[int]:
        """The ranks that have neither a result nor failed."""
        heard = {*self.pickled, *self.failures}
        return [rank for rank in range(self.num_ranks) if rank not in heard]

    def _start(self, rank: int) -> None:
        context = starting.context()
        reports, reports_of_rank = context.Pipe(duplex=False)
        control_of_rank, control = context.Pipe(duplex=False)
        self.reports.append(reports)
        self.controls.append(control)
        process = context.Process(
            target=run_rank,
            args=(rank, self.job, reports_of_rank, control_of_rank),
            name=f"{starting.NAME}-{rank}",
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
        # A process that a rank has forked keeps its end of the pipe open, but not the sentinel.
        watched |= {self.processes[rank].sentinel: rank for rank in self.silent}
        for rank in {watched[ready] for ready in wait(list(watched), seconds)}:
            self._read(rank)

    def _read(self, rank: int) -> None:
        process = self.processes[rank]
        ended = not process.is_alive()  # asked before the last look for a report
        while kind := self._next_report(rank):
            self._take(rank, kind)
        if ended and rank in self.silent:
            self.failures[rank] = Death(process.exitcode, time.monotonic())
            kill(process)

    def _next_report(self, rank: int) -> str | None:
        """Return the kind of a report, None if there is none yet or no more."""
        try:
            return self.reports[rank].recv() if self.reports[rank].poll() else None
        except (EOFError, OSError):
            self.processes[rank].join(TICK_S)  # it is about to end
            return None

    def _take(self, rank: int, kind: str) -> None:
        with open(os.path.join(self.job.folder, f"{rank}.{kind}"), "rb") as file:
            content = pickle.load(file)
        if kind == "result":
            self.pickled[rank] = content
        elif kind == "failure":
            self.failures[rank] = content
        else:
            self.stacks[rank] = tell(content)

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
    """End what still runs of a process and of those that it has started; wait for its end.

    The number of a process that has ended may have become that of somebody else's.
    """
    alive = process.is_alive()
    if os.name == "posix" and (alive or not exists(process.pid)):
        # macOS answers that nobody may do so where all of the group have ended
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if alive:
        process.kill()  # it may not be in a group of its own yet
    process.join()


def exists(pid: int) -> bool:
    """Return whether a process has this number (POSIX)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # one of another user
        pass
    return True


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
