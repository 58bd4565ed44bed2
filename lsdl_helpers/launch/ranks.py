"""Start the processes of one launch, collect their reports, and end them whatever happens."""

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
    ProcessExit,
    RankError,
    first_failure,
    format_frames,
    to_rank_error,
    unpickle_result,
)
from lsdl_helpers.launch.worker import ExceptionReport, Job, run_rank

GRACE_S = 0.3  # for the reports of other ranks after the first failure
ROOT_CAUSE_S = 5.0  # for the report of the rank whose loss the others report
POLL_S = 0.05  # between looks at output and clock
TRACEBACK_S = 1.0  # for the tracebacks that are asked for at a timeout


class Ranks:
    """The processes of one launch; after the ``with`` block none is left."""

    def __init__(self, num_ranks: int, job: Job) -> None:
        self.num_ranks, self.job = num_ranks, job
        self.processes, self.reports, self.controls = [], [], []
        self.pickled_results: dict[int, bytes] = {}
        self.failures: dict[int, ExceptionReport | ProcessExit] = {}
        self.tracebacks: dict[int, str] = {}

    def __enter__(self) -> "Ranks":
        try:
            with defer_ctrl_c():
                for rank in range(self.num_ranks):
                    self._start(rank)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        with defer_ctrl_c():
            for process in self.processes:
                kill_with_children(process)
            for connection in (*self.reports, *self.controls):
                connection.close()

    def wait(self, timeout: float, survive: bool, show: Callable[[], None]) -> None:
        """Collect reports until all ranks have finished, or one has failed and `survive` is false.

        Raises:
            TimeoutError: after `timeout` seconds, with the line at which each rank stands.
        """
        end = time.monotonic() + timeout
        while self.unfinished:
            self._collect(POLL_S)
            show()
            if self.failures and not survive:
                self._collect_root_cause()
                return
            if time.monotonic() > end:
                raise TimeoutError(f"not done after {timeout:g} s{self._request_tracebacks()}")

    def results(self, survive: bool) -> list[Any]:
        """Return the results by rank; raise the first failure, or return it if `survive`."""
        if self.failures and not survive:
            first = first_failure(self.failures)
            raise to_rank_error(first, self.failures[first], returned=self.pickled_results)
        return [self._result(rank, survive) for rank in range(self.num_ranks)]

    def _result(self, rank: int, survive: bool) -> Any:
        if rank in self.failures:
            return to_rank_error(rank, self.failures[rank])
        try:
            return unpickle_result(rank, self.pickled_results[rank])
        except RankError as error:
            if survive:
                return error
            raise

    @property
    def unfinished(self) -> list[int]:
        """The ranks of which there is neither a result nor a failure."""
        finished = {*self.pickled_results, *self.failures}
        return [rank for rank in range(self.num_ranks) if rank not in finished]

    def _start(self, rank: int) -> None:
        context = starting.multiprocessing_context()
        reports, reports_of_rank = context.Pipe(duplex=False)
        control_of_rank, control = context.Pipe(duplex=False)
        self.reports.append(reports)
        self.controls.append(control)
        process = context.Process(
            target=run_rank,
            args=(rank, self.job, reports_of_rank, control_of_rank),
            name=f"{starting.PROCESS_NAME}-{rank}",
        )
        process.start()
        self.processes.append(process)
        reports_of_rank.close()
        control_of_rank.close()

    def _collect_until(self, done: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self._collect(POLL_S)

    def _collect(self, seconds: float) -> None:
        """Read the reports that come within `seconds`, the first of them at once."""
        watched = {self.reports[rank]: rank for rank in self.unfinished}
        # A process that a rank has forked keeps its end of the pipe open, but not the sentinel.
        watched |= {self.processes[rank].sentinel: rank for rank in self.unfinished}
        for rank in {watched[ready] for ready in wait(list(watched), seconds)}:
            self._read_reports(rank)

    def _read_reports(self, rank: int) -> None:
        process = self.processes[rank]
        ended = not process.is_alive()  # asked before the last look for a report
        while kind := self._next_report_kind(rank):
            self._load_report(rank, kind)
        if ended and rank in self.unfinished:
            self.failures[rank] = ProcessExit(process.exitcode, time.monotonic())
            kill_with_children(process)

    def _next_report_kind(self, rank: int) -> str | None:
        """Return the kind of the next report; None if there is none, yet or any more."""
        try:
            return self.reports[rank].recv() if self.reports[rank].poll() else None
        except (EOFError, OSError):
            self.processes[rank].join(POLL_S)  # it is about to end
            return None

    def _load_report(self, rank: int, kind: str) -> None:
        with open(os.path.join(self.job.folder, f"{rank}.{kind}"), "rb") as file:
            content = pickle.load(file)
        if kind == "result":
            self.pickled_results[rank] = content
        elif kind == "failure":
            self.failures[rank] = content
        else:
            self.tracebacks[rank] = format_frames(content)

    def _collect_root_cause(self) -> None:
        """Wait for more failures, longer as long as all of them are of a lost peer."""

        def knows_cause() -> bool:
            return not all(failure.lost_a_peer for failure in self.failures.values())

        self._collect_until(lambda: not self.unfinished, GRACE_S)
        self._collect_until(lambda: not self.unfinished or knows_cause(), ROOT_CAUSE_S)

    def _request_tracebacks(self) -> str:
        """Ask every unfinished rank for its traceback; return them as text."""
        asked = self.unfinished
        for rank in asked:
            with suppress(OSError):  # it may end just now
                self.controls[rank].send("traceback")
        self._collect_until(lambda: self.tracebacks.keys() >= set(self.unfinished), TRACEBACK_S)
        return "".join(
            f"\nrank {rank} stands at{self.tracebacks.get(rank, ' no line of Python')}"
            for rank in asked
        )


def kill_with_children(process: Any) -> None:
    """Kill a process, and those that it has started; wait for its end.

    Not the group of one that has ended, whose number may have become that of a stranger.
    """
    alive = process.is_alive()
    if os.name == "posix" and (alive or not process_exists(process.pid)):
        # macOS answers that nobody may do so where all of the group have ended
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    if alive:
        process.kill()  # it may not be in a group of its own yet
    process.join()


def process_exists(pid: int) -> bool:
    """Return whether a process has this number (POSIX)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # one of another user
        pass
    return True


@contextmanager
def defer_ctrl_c() -> Iterator[None]:
    """Defer Ctrl-C until the block is done, so that no process is started and forgotten."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Ctrl-C comes to the main thread only
        return
    deferred = []
    usual = signal.signal(signal.SIGINT, lambda *arguments: deferred.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if deferred and callable(usual):
            usual(*deferred[-1])
