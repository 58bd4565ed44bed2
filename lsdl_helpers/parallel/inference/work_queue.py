"""A work queue: whichever rank is free takes the next task; backup tasks for stragglers."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import torch.distributed as dist

from lsdl_helpers.launch.failures import RankError, unpickle_result
from lsdl_helpers.launch.launcher import LOCALHOST, launch, local_store
from lsdl_helpers.launch.process_group import from_environment

POLL_S = 0.1  # between two drawings of the progress bar


@dataclass(frozen=True)
class Answers:
    """The answers to the tasks of a work queue, and which ranks gave them.

    Attributes:
        values: one answer a task, in the order of the tasks.
        num_by_rank: how many of the answers each rank has given.
        num_backups: how often a task was handed out again, as a backup task.
        errors: by rank, why it failed.
    """

    values: list[Any]
    num_by_rank: list[int]
    num_backups: int
    errors: dict[int, RankError]


def answer_all(
    fn: Callable[[Any], Any], tasks: Sequence[Any], num_ranks: int, *, timeout: float = 300.0
) -> Answers:
    """Return ``fn(task)`` for each task, one answer each, and show a progress bar.

    Whichever rank is free takes the next task, so a slow rank takes fewer. When all are handed
    out, those without an answer are handed out again, as backup tasks (speculative execution),
    to whichever rank is free. The first answer counts, so neither a straggler nor a killed rank
    keeps the others from ending. What a rank has answered before it is killed counts: answers
    wait in a temporary folder of this user.

    Args:
        fn: called on the ranks, where ``torch.distributed`` is ready but must not be waited for:
            another rank may be gone. Its answers must be picklable, as results of ``launch``.
        tasks: anything that can be pickled, e.g. lists of indices.
        num_ranks: processes on this machine.
        timeout: seconds for the whole call.

    Raises:
        RankError: of the lowest rank, if all have failed before all was answered. Also for an
            answer that cannot be unpickled.
        RuntimeError: under torchrun or srun.
        TimeoutError: as :func:`~lsdl_helpers.launch.launcher.launch`.

    Source: the backup tasks of Dean and Ghemawat (2004).

    >>> answer_all(len, ["a", "bb", "ccc"], num_ranks=2).values
    [...] 3 of 3 answered
    [1, 2, 3]
    """
    if from_environment():
        raise RuntimeError("answer_all starts ranks of its own; call it outside torchrun and srun")
    store = local_store()
    with tempfile.TemporaryDirectory(prefix="lsdl-answers-", ignore_cleanup_errors=True) as folder:
        args = (fn, tasks, store.port, folder)
        with progress_bar(store, len(tasks)):
            results = launch(run_worker, num_ranks, *args, timeout=timeout, survive=True)
        errors = {rank: error for rank, error in enumerate(results) if isinstance(error, RankError)}
        if len(tasks) and not store.check([f"winner {task}" for task in range(len(tasks))]):
            raise errors[min(errors)]
        winners = [int(store.get(f"winner {task}")) for task in range(len(tasks))]
        values = [read_answer(folder, task, rank) for task, rank in enumerate(winners)]
    num_by_rank = [winners.count(rank) for rank in range(num_ranks)]
    return Answers(values, num_by_rank, store.add("backups", 0), errors)


def run_worker(fn: Callable[[Any], Any], tasks: Sequence[Any], port: int, folder: str) -> None:
    """Answer tasks on one rank until all have an answer."""
    store = dist.TCPStore(LOCALHOST, port, use_libuv=False)  # which Windows does not have
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    wait_for_all(store, num_ranks)
    for task in assign_tasks(store, len(tasks), rank, num_ranks):
        store_answer(store, folder, task, rank, fn(tasks[task]))


def wait_for_all(store: dist.Store, num_ranks: int) -> None:
    """Wait until every rank has joined: one that died before would keep the others waiting."""
    if store.add("here", 1) == num_ranks:
        store.set("all here", "")
    store.wait(["all here"])


def assign_tasks(store: dist.Store, num_tasks: int, rank: int, num_ranks: int) -> Iterator[int]:
    """Yield the tasks of one rank: first unassigned ones, then backup tasks for unanswered ones.

    The first task of a rank is that of its own number.
    """
    task = rank
    while task < num_tasks:
        yield task
        task = num_ranks - 1 + store.add("handed out", 1)
    for task in range(num_tasks):
        if not store.check([f"winner {task}"]):
            store.add("backups", 1)
            yield task


def store_answer(store: dist.Store, folder: str, task: int, rank: int, value: Any) -> None:
    """Store an answer; of several to one task the first is the winner, and is counted.

    Any user of this machine can write to the store, and whoever unpickles runs what is written.
    So an answer is a file, in a folder that is only this user's, and the store has counters.
    """
    answer_path(folder, task, rank).write_bytes(cloudpickle.dumps(value))
    if store.compare_set(f"winner {task}", "", str(rank)) == str(rank).encode():
        store.add("answered", 1)


def read_answer(folder: str, task: int, rank: int) -> Any:
    """Unpickle an answer that a rank has stored."""
    return unpickle_result(rank, answer_path(folder, task, rank).read_bytes())


def answer_path(folder: str, task: int, rank: int) -> Path:
    return Path(folder, f"{task} of {rank}")


@contextmanager
def progress_bar(store: dist.Store, num_tasks: int) -> Iterator[None]:
    """Draw a progress bar while tasks are answered; where output is grouped, only at the end."""
    done = threading.Event()
    live = not os.environ.get("LSDL_GROUPED_OUTPUT")

    def draw() -> None:
        while live and not done.wait(POLL_S):
            print(f"\r{format_bar(store.add('answered', 0), num_tasks)}", end="", flush=True)

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        line = format_bar(store.add("answered", 0), num_tasks)
        print(f"\r{line}" if live else line)


def format_bar(num_done: int, num_tasks: int, width: int = 30) -> str:
    """Format a progress bar.

    >>> format_bar(2, 4, width=8)
    '[####    ] 2 of 4 answered'
    """
    full = width * num_done // max(num_tasks, 1)
    return f"[{'#' * full}{' ' * (width - full)}] {num_done} of {num_tasks} answered"
