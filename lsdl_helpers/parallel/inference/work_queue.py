"""Many tasks, several ranks: whoever is free takes the next one."""

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

TICK_S = 0.1  # how often the bar is drawn


@dataclass(frozen=True)
class Answers:
    """What came out of a work queue.

    Attributes:
        values: one answer a task, in the order of the tasks.
        by_rank: how many of the answers each rank has given.
        again: how often a task was handed out a second time.
        lost: by rank, why it failed.
    """

    values: list[Any]
    by_rank: list[int]
    again: int
    lost: dict[int, RankError]


def shard(num_examples: int, rank: int, num_ranks: int) -> range:
    """Return the examples of one rank: all shards together hold each example once.

    Sizes differ by 1 at most, and no example is repeated to make them equal, as torch's
    DistributedSampler does.

    Raises:
        ValueError: for a rank that is not there.

    >>> [list(shard(5, rank, 3)) for rank in range(3)]
    [[0, 3], [1, 4], [2]]
    """
    if not 0 <= rank < num_ranks:
        raise ValueError(f"rank is {rank}; it must be from 0 to {num_ranks - 1}")
    return range(rank, num_examples, num_ranks)


def answer_all(
    fn: Callable[[Any], Any], tasks: Sequence[Any], num_ranks: int, *, timeout: float = 300.0
) -> Answers:
    """Return ``fn(task)`` for each task, each recorded once, and show a bar of progress.

    Whoever is free takes the next task, so a slow rank takes fewer. When all are handed out,
    those without an answer are handed out again to whoever is free, the first answer counts,
    and so neither a slow rank nor a killed one keeps the others from ending. What a rank has
    answered before it is killed counts: answers wait in a temporary folder of this user.

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
        with progress(store, len(tasks)):
            ended = launch(serve, num_ranks, *args, timeout=timeout, survive=True)
        lost = {rank: error for rank, error in enumerate(ended) if isinstance(error, RankError)}
        if len(tasks) and not store.check([f"winner {task}" for task in range(len(tasks))]):
            raise min(lost.items())[1]
        winners = [int(store.get(f"winner {task}")) for task in range(len(tasks))]
        values = [read(folder, task, rank) for task, rank in enumerate(winners)]
    by_rank = [winners.count(rank) for rank in range(num_ranks)]
    return Answers(values, by_rank, store.add("again", 0), lost)


def serve(fn: Callable[[Any], Any], tasks: Sequence[Any], port: int, folder: str) -> None:
    """Answer tasks on one rank until none is without an answer."""
    store = dist.TCPStore(LOCALHOST, port, use_libuv=False)  # which Windows does not have
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    wait_for_all(store, num_ranks)
    for task in handed_out(store, len(tasks), rank, num_ranks):
        record(store, folder, task, rank, fn(tasks[task]))


def wait_for_all(store: dist.Store, num_ranks: int) -> None:
    """Wait until all ranks have got here: one that dies before keeps the others from joining."""
    if store.add("here", 1) == num_ranks:
        store.set("all here", "")
    store.wait(["all here"])


def handed_out(store: dist.Store, num_tasks: int, rank: int, num_ranks: int) -> Iterator[int]:
    """Yield tasks that nobody else has; when there are none, those that nobody has answered.

    The first task of a rank is that of its own number.
    """
    task = rank
    while task < num_tasks:
        yield task
        task = num_ranks - 1 + store.add("handed out", 1)
    for task in range(num_tasks):
        if not store.check([f"winner {task}"]):
            store.add("again", 1)
            yield task


def record(store: dist.Store, folder: str, task: int, rank: int, value: Any) -> None:
    """Keep an answer; of several to one task the first is the winner, and is counted.

    Any user of this machine can write to the store, and whoever unpickles runs what is written.
    So an answer is a file, in a folder that is only this user's, and the store has counters.
    """
    answer_file(folder, task, rank).write_bytes(cloudpickle.dumps(value))
    if store.compare_set(f"winner {task}", "", str(rank)) == str(rank).encode():
        store.add("answered", 1)


def read(folder: str, task: int, rank: int) -> Any:
    """Return an answer that was recorded."""
    return unpickle_result(rank, answer_file(folder, task, rank).read_bytes())


def answer_file(folder: str, task: int, rank: int) -> Path:
    return Path(folder, f"{task} of {rank}")


@contextmanager
def progress(store: dist.Store, num_tasks: int) -> Iterator[None]:
    """Draw a bar while tasks are answered; where output is grouped, only at the end."""
    over = threading.Event()
    live = not os.environ.get("LSDL_GROUPED_OUTPUT")

    def draw() -> None:
        while live and not over.wait(TICK_S):
            print(f"\r{bar(store.add('answered', 0), num_tasks)}", end="", flush=True)

    thread = threading.Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        line = bar(store.add("answered", 0), num_tasks)
        print(f"\r{line}" if live else line)


def bar(num_done: int, num_tasks: int, width: int = 30) -> str:
    """Return a line of text.

    >>> bar(2, 4, width=8)
    '[####    ] 2 of 4 answered'
    """
    full = width * num_done // max(num_tasks, 1)
    return f"[{'#' * full}{' ' * (width - full)}] {num_done} of {num_tasks} answered"
