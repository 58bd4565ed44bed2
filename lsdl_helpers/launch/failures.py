"""Error messages of failed ranks: which one failed first, its exception, its traceback."""

import linecache
import os
import pickle
import signal
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsdl_helpers.launch.worker import ExceptionReport, Frame


class RankError(RuntimeError):
    """A rank failed: its number, its own exception or signal, and the line in its function.

    Where the exception could be pickled it is the ``__cause__``.
    """


@dataclass(frozen=True)
class ProcessExit:
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


def first_failure(failures: Mapping[int, ExceptionReport | ProcessExit]) -> int:
    """Return the rank that failed first, for the others may have failed because of it.

    A rank that was killed comes before all, one that lost the connection to a peer after all.
    """

    def order(rank: int) -> tuple[bool, bool, float]:
        failure = failures[rank]
        was_killed = isinstance(failure, ProcessExit) and failure.killed
        return (not was_killed, failure.lost_a_peer, failure.when)

    return min(failures, key=order)


def to_rank_error(
    rank: int, failure: ExceptionReport | ProcessExit, returned: Iterable[int] = ()
) -> RankError:
    """Return the error of a failed rank.

    One that lost its peer may have waited for one that returned: such ranks are named.
    """
    if isinstance(failure, ProcessExit):
        return RankError(f"rank {rank} {failure.text}")
    others = ", ".join(map(str, sorted(returned)))
    note = f"\nreturned before: rank {others}" if failure.lost_a_peer and others else ""
    error = RankError(f"rank {rank} raised {failure.text}{format_frames(failure.frames)}{note}")
    error.__cause__ = unpickle_exception(failure.exception)
    return error


def format_frames(frames: list[Frame]) -> str:
    """Format the frames of a traceback, each with its line of code.

    The code of a notebook is known in this process alone, not in a rank.
    """
    return "".join(
        f"\n  {short_name(file)}, line {number}, in {name}: "
        f"{linecache.getline(file, number).strip()}"
        for file, number, name in frames
    )


def short_name(file: str) -> str:
    """Return the name of a file without its folder; "cell" for a cell of a notebook."""
    return "cell" if f"{os.sep}ipykernel_" in file else os.path.basename(file)


def unpickle_exception(pickled: bytes | None) -> BaseException | None:
    """Return the exception of a rank, None if it cannot be unpickled.

    Its class may need more arguments than its text, or turn out as anything else.
    """
    if pickled is None:
        return None
    try:
        exception = pickle.loads(pickled)
    except (Exception, SystemExit):
        return None
    return exception if isinstance(exception, BaseException) else None


def unpickle_result(rank: int, pickled: bytes) -> Any:
    """Unpickle what the function returned on a rank.

    Raises:
        RankError: if it cannot be unpickled in this process.
    """
    try:
        return pickle.loads(pickled)
    except (Exception, SystemExit) as error:
        why = "".join(traceback.format_exception_only(error)).strip()
        raise RankError(f"rank {rank} returned what cannot be unpickled: {why}") from error
