"""Run a function on several processes, from a notebook as from torchrun."""

import atexit
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any

import torch.distributed as dist

from lsdl_helpers.parallel import by_value
from lsdl_helpers.parallel.failures import Death, first_failure, tell
from lsdl_helpers.parallel.process_group import from_environment, join
from lsdl_helpers.parallel.worker import Failure, Job, run_rank

GROUPED = "LSDL_GROUPED_OUTPUT"  # set where notebooks are stored and compared
GRACE_S = 0.3  # for the reports of other ranks after the first failure
TICK_S = 0.05  # how often output is looked for

# What ranks need is imported once, before they are forked. Without torch._dynamo each would
# import it at its first optimizer step, which takes seconds.
PRELOADED = [
    "torch",
    "torch.distributed",
    "torch._dynamo",
    "torch.distributed.tensor.parallel",
    "torch.distributed.pipelining",
    "torch.distributed.optim",
    "torch.nn.parallel",
    "lsdl_helpers.parallel",
]


def launch(
    fn: Callable[..., Any],
    num_ranks: int,
    *args: Any,
    backend: str | None = None,
    threads_per_rank: int = 1,
    timeout: float = 300.0,
    grouped: bool | None = None,
) -> list[Any]:
    """Call ``fn(*args)`` on `num_ranks` processes of one process group; return their results.

    Inside, ``torch.distributed`` is ready: ``dist.get_rank()``, ``dist.all_reduce(...)``. The
    function may come from a notebook cell. What ranks print appears as they print it, each
    line tagged ``[rank]``.

    Under torchrun or srun (``RANK`` and ``WORLD_SIZE`` are set) the function runs in place,
    on as many ranks as there are, and every rank gets the list.

    Args:
        fn: takes `args`; its result must be picklable, tensors on the CPU.
        num_ranks: number of processes.
        backend: "gloo" or "nccl"; None takes nccl where each rank has a GPU of its own, else
            gloo, and says so where there is a GPU.
        threads_per_rank: of torch, in each process.
        timeout: seconds for the whole call.
        grouped: show the output after the call, rank by rank. None: as the environment
            variable ``LSDL_GROUPED_OUTPUT`` says, which is set where notebooks are stored.

    Returns:
        One result a rank, in the order of ranks.

    Raises:
        ValueError: for a number of ranks or threads below 1.
        RankError: when a rank raised or was killed: the first that did, with the line.
        TimeoutError: with the line at which each rank stood.

    However it ends, no process, port or file is left.

    >>> launch(torch.distributed.get_rank, 4)
    [0, 1, 2, 3]
    """
    for name, count in (("num_ranks", num_ranks), ("threads_per_rank", threads_per_rank)):
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
    if from_environment():
        return run_in_place(fn, args, num_ranks, backend, timeout)
    if grouped is None:
        grouped = bool(os.environ.get(GROUPED))
    store = dist.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)
    environment = {
        "WORLD_SIZE": str(num_ranks),
        "LOCAL_WORLD_SIZE": str(num_ranks),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(store.port),
        "TORCHELASTIC_USE_AGENT_STORE": "True",  # the store is ours, no rank shall host one
    }
    with tempfile.TemporaryDirectory(prefix="lsdl-launch-", ignore_cleanup_errors=True) as folder:
        job = Job(by_value.dumps((fn, args)), environment, backend, threads_per_rank,
                  timeout, folder)  # fmt: skip
        output = Output(folder, num_ranks, grouped)
        with Ranks(num_ranks, job) as ranks:
            try:
                ranks.wait(timeout, output.show)
            finally:
                ranks.kill()
                output.show(last=True)
        return ranks.results()


class Ranks:
    """The processes of one call, and what they have reported."""

    def __init__(self, num_ranks: int, job: Job) -> None:
        context = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
        if os.name != "nt":
            context.set_forkserver_preload(PRELOADED)
        self.processes, self.reports, self.controls = [], [], []
        self.pickled: dict[int, bytes] = {}
        self.failures: dict[int, Failure | Death] = {}
        self.stacks: dict[int, str] = {}
        with without_main():
            for rank in range(num_ranks):
                self._start(context, rank, job)

    def _start(self, context: Any, rank: int, job: Job) -> None:
        reports, rank_reports = context.Pipe(duplex=False)
        rank_control, control = context.Pipe(duplex=False)
        process = context.Process(
            target=run_rank, args=(rank, job, rank_reports, rank_control), daemon=True
        )
        process.start()
        rank_reports.close()
        rank_control.close()
        self.processes.append(process)
        self.reports.append(reports)
        self.controls.append(control)

    def __enter__(self) -> "Ranks":
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        for connection in (*self.reports, *self.controls):
            connection.close()

    def kill(self) -> None:
        """End every process that still runs, and wait until it has ended."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join()

    def wait(self, timeout: float, show: Callable[[], None]) -> None:
        """Collect reports until all ranks have ended, one has failed, or time is up."""
        end = time.monotonic() + timeout
        while len(self.pickled) < len(self.processes):
            self.collect(TICK_S)
            show()
            if self.failures:
                end_of_grace = time.monotonic() + GRACE_S
                while time.monotonic() < end_of_grace:
                    self.collect(TICK_S)
                return
            if time.monotonic() > end:
                raise TimeoutError(f"not done after {timeout:g} s{self.where()}")

    def collect(self, seconds: float) -> None:
        """Read the reports that come within `seconds`; note who died without one."""
        silent = [r for r in range(len(self.processes)) if r not in self.heard]
        watched = {self.reports[r]: r for r in silent}
        for report in wait(list(watched), seconds):
            self.read(watched[report])

    @property
    def heard(self) -> set[int]:
        return {*self.pickled, *self.failures}

    def read(self, rank: int) -> None:
        try:
            kind, content = self.reports[rank].recv()
        except (EOFError, OSError):
            self.processes[rank].join()
            self.failures[rank] = Death(self.processes[rank].exitcode)
            return
        if kind == "result":
            self.pickled[rank] = content
        elif kind == "failure":
            self.failures[rank] = content
        else:
            self.stacks[rank] = tell(content)

    def where(self) -> str:
        """Ask every rank that still runs for the line at which it stands."""
        running = [r for r in range(len(self.processes)) if r not in self.heard]
        for rank in running:
            self.controls[rank].send("where")
        end = time.monotonic() + 1.0
        while time.monotonic() < end and len(self.stacks) < len(running):
            self.collect(TICK_S)
        return "".join(
            f"\nrank {r} stands at{self.stacks.get(r, ' no line of Python')}" for r in running
        )

    def results(self) -> list[Any]:
        if self.failures:
            raise first_failure(self.failures)
        return [pickle.loads(self.pickled[r]) for r in range(len(self.processes))]


class Output:
    """Shows what ranks have written into their files."""

    def __init__(self, folder: str, num_ranks: int, grouped: bool) -> None:
        self.paths = [os.path.join(folder, f"{rank}.txt") for rank in range(num_ranks)]
        self.read, self.grouped = [0] * num_ranks, grouped

    def show(self, last: bool = False) -> None:
        """Print the whole lines that are new, or at last all."""
        if self.grouped and not last:
            return
        for rank, path in enumerate(self.paths):
            for line in self.new_lines(rank, path, last):
                print(f"[{rank}] {line}")
        sys.stdout.flush()

    def new_lines(self, rank: int, path: str, last: bool) -> list[str]:
        try:
            with open(path, "rb") as file:
                file.seek(self.read[rank])
                new = file.read()
        except FileNotFoundError:
            return []
        whole = len(new) if last else new.rfind(b"\n") + 1
        self.read[rank] += whole
        return new[:whole].decode("utf-8", "replace").splitlines()


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


_in_place = ExitStack()  # the process group of torchrun lasts until the program ends


def run_in_place(
    fn: Callable[..., Any], args: tuple, num_ranks: int, backend: str | None, timeout: float
) -> list[Any]:
    """Be one of the ranks that torchrun or srun has started."""
    if not dist.is_initialized():
        place = _in_place.enter_context(join(backend, timedelta(seconds=timeout)))
        atexit.register(_in_place.close)
        if place.rank == 0:
            print(place.why)
    world_size = dist.get_world_size()
    if world_size != num_ranks and dist.get_rank() == 0:
        print(f"launch: asked for {num_ranks} ranks, runs on the {world_size} that there are")
    results: list[Any] = [None] * world_size
    dist.all_gather_object(results, fn(*args))
    return results
