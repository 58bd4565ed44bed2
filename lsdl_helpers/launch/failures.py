"""Which of several failing ranks failed first, and how that is told."""

import linecache
import os
import pickle
import signal
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsdl_helpers.launch.worker import Failure, Frame


class RankError(RuntimeError):
    """A rank failed: its number, its own exception or signal, and the line in its function.

    Where the exception could be pickled it is the ``__cause__``.
    """


@dataclass(frozen=True)
class Death:
    """A process that ended without a report; `when` is the time at which that was seen."""

    exit_code: int
    when: float
    lost_a_peer = False

    @property
    def text(self) -> str:
        if self.exit_code >= 0:
            return f"ended by itself with exit code {self.exit_code}"
        memory = "; the system does so when memory runs out" if self.killed else ""
        return f"was killed by {self.signal_name}{memory}"

    @property
    def signal_name(self) -> str:
        try:
            return signal.Signals(-self.exit_code).name
        except ValueError:  # an exit code, or a real-time signal, of which there are many
            return f"signal {-self.exit_code}"

    @property
    def killed(self) -> bool:
        return self.exit_code == -9  # SIGKILL, which Windows does not have


def first_failure(failures: Mapping[int, Failure | Death]) -> int:
    """Return the rank that failed first, for the others may have failed because of it.

    A rank that was killed from outside comes before all, one that lost its peer after all.
    """

    def order(rank: int) -> tuple[bool, bool, float]:
        failure = failures[rank]
        was_killed = isinstance(failure, Death) and failure.killed
        return (not was_killed, failure.lost_a_peer, failure.when)

    return min(failures, key=order)


def as_error(rank: int, failure: Failure | Death, returned: Iterable[int] = ()) -> RankError:
    """Return what is raised for a failed rank; who lost its peer may wait for one that returned."""
    if isinstance(failure, Death):
        return RankError(f"rank {rank} {failure.text}")
    others = ", ".join(map(str, sorted(returned)))
    note = f"\nreturned before: rank {others}" if failure.lost_a_peer and others else ""
    error = RankError(f"rank {rank} raised {failure.text}{tell(failure.frames)}{note}")
    error.__cause__ = unpickled(failure.exception)
    return error


def tell(frames: list[Frame]) -> str:
    """Return a line for each frame, with its code, which a notebook keeps in this process."""
    return "".join(
        f"\n  {place(file)}, line {number}, in {name}: {linecache.getline(file, number).strip()}"
        for file, number, name in frames
    )


def place(file: str) -> str:
    """Name a file for a reader: a cell has no name worth reading."""
    return "cell" if f"{os.sep}ipykernel_" in file else os.path.basename(file)


def unpickled(exception: bytes | None) -> BaseException | None:
    """Return the exception of a rank; None if its class needs more than its text, or misbehaves."""
    try:
        found = None if exception is None else pickle.loads(exception)
    except (Exception, SystemExit):
        return None
    return found if isinstance(found, BaseException) else None


def unpickle_result(rank: int, pickled: bytes) -> Any:
    """Return what a rank has returned.

    Raises:
        RankError: if it cannot be unpickled in this process.
    """
    try:
        return pickle.loads(pickled)
    except (Exception, SystemExit) as error:
        why = "".join(traceback.format_exception_only(error)).strip()
        raise RankError(f"rank {rank} returned what cannot be unpickled: {why}") from error
