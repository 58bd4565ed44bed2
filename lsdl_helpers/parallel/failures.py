"""Which of several failing ranks failed first, and how that is told."""

import linecache
import os
import pickle
import signal
from collections.abc import Mapping
from dataclasses import dataclass

from lsdl_helpers.parallel.worker import Failure, Frame


class RankError(RuntimeError):
    """A rank failed: its number, its own exception or signal, and the line in its function.

    Where the exception could be pickled it is the ``__cause__``.
    """


@dataclass(frozen=True)
class Death:
    """A process that ended without a word."""

    exit_code: int

    @property
    def text(self) -> str:
        if self.exit_code >= 0:
            return f"ended by itself with exit code {self.exit_code}"
        name = signal.Signals(-self.exit_code).name
        memory = "; the system does so when memory runs out" if name == "SIGKILL" else ""
        return f"was killed by {name}{memory}"


def first_failure(failures: Mapping[int, Failure | Death]) -> RankError:
    """Return the error of the rank that failed first.

    A killed rank comes before one that raised, and one that raised before those that only
    lost their peer; among equals the earlier one.
    """

    def order(rank: int) -> tuple[int, float]:
        failure = failures[rank]
        if isinstance(failure, Death):
            return (0, 0.0)
        return (2 if failure.lost_a_peer else 1, failure.when)

    rank = min(failures, key=order)
    failure = failures[rank]
    if isinstance(failure, Death):
        return RankError(f"rank {rank} {failure.text}")
    error = RankError(f"rank {rank} raised {failure.text}{tell(failure.frames)}")
    error.__cause__ = unpickled(failure.exception)
    return error


def tell(frames: list[Frame]) -> str:
    """Return one line for each frame; the lines of a notebook's cells are found here."""
    return "".join(f"\n  {place(f)}, line {n}, in {name}: {line(f, n)}" for f, n, name in frames)


def place(file: str) -> str:
    """Name a file for a reader: a cell has no name worth reading."""
    is_cell = f"{os.sep}ipykernel_" in file or file.startswith("<")
    return "cell" if is_cell else os.path.basename(file)


def line(file: str, number: int) -> str:
    return linecache.getline(file, number).strip()


def unpickled(exception: bytes | None) -> BaseException | None:
    try:
        return None if exception is None else pickle.loads(exception)
    except Exception:  # what raises here is the class of a stranger
        return None
