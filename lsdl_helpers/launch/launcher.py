"""Run a function on several processes, from a notebook as under torchrun or srun."""

import atexit
import multiprocessing
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from numbers import Real
from typing import Any

import torch
import torch.distributed as dist

from lsdl_helpers.launch import by_value
from lsdl_helpers.launch.output import RankOutput
from lsdl_helpers.launch.process_group import from_environment, join
from lsdl_helpers.launch.ranks import Ranks
from lsdl_helpers.launch.worker import Job

LOCALHOST = "127.0.0.1"
LOOPBACK = {"linux": "lo", "darwin": "lo0"}
MAX_TIMEOUT_S = 2_000_000  # 23 days: torch counts milliseconds in 32 bits


def launch(
    fn: Callable[..., Any],
    num_ranks: int,
    *args: Any,
    backend: str | None = None,
    threads_per_rank: int = 1,
    timeout: float = 300.0,
    survive: bool = False,
    grouped: bool | None = None,
) -> list[Any]:
    """Call ``fn(*args)`` on `num_ranks` processes of one process group; return their results.

    Inside, ``torch.distributed`` is ready: ``dist.get_rank()``, ``dist.all_reduce(...)``. The
    function may come from a notebook cell. What ranks print appears as they print it, each
    line tagged ``[rank]``.

    Classes and functions of the notebook, but for those within others, are in the ``__main__`` of
    each rank, so that pickle finds them there, too: ``dist.all_gather_object``, ``torch.save``, a
    ``DataLoader`` with workers where they are forked, as on Linux up to Python 3.13.

    Under torchrun or srun the function runs in place, on as many ranks as there are; every
    rank gets the list.

    Args:
        fn: takes `args`; its result must be picklable, tensors on the CPU.
        num_ranks: number of processes.
        backend: "gloo" or "nccl"; None takes nccl where each rank has a GPU of its own, else
            gloo, and says why where there is a GPU.
        threads_per_rank: of torch, in each process, while the function runs.
        timeout: seconds for the whole call; 2,000,000 at most.
        survive: a rank that fails leaves its RankError in the list, and the others go on; not
            under torchrun or srun.
        grouped: show what ranks print after the call, rank by rank; not under torchrun or srun.
            None: if the environment variable ``LSDL_GROUPED_OUTPUT`` is set, as it is where
            notebooks are stored.

    Returns:
        One result a rank, in the order of ranks.

    Raises:
        ValueError: for a number of ranks or threads below 1, a timeout that is no number of
            seconds or too long, or what torchrun and srun do not allow.
        RankError: when a rank raised or was killed: the first that did, with the line. Also for
            a result that cannot be unpickled.
        TimeoutError: with the line at which each rank stood.

    However it ends, no process, port or file is left (but for an empty folder if the caller is
    killed, and on Windows, which has no groups of processes, those that ranks have started).

    >>> launch(torch.distributed.get_rank, 4)
    [0, 1, 2, 3]
    """
    _check(num_ranks, threads_per_rank, timeout)
    if from_environment():
        _check_options_of_torchrun(survive=survive, grouped=grouped)
        return _run_under_torchrun(fn, args, num_ranks, backend, threads_per_rank, timeout)
    if grouped is None:
        grouped = bool(os.environ.get("LSDL_GROUPED_OUTPUT"))
    store = local_store()
    with tempfile.TemporaryDirectory(prefix="lsdl-launch-", ignore_cleanup_errors=True) as folder:
        job = Job(
            pickled_call=by_value.dumps((fn, args)),
            environment=_torchrun_environment(num_ranks, store.port),
            start_method=multiprocessing.get_start_method(allow_none=True),
            folder=folder,
            backend=backend,
            num_threads=threads_per_rank,
            timeout_s=timeout,
        )
        output = RankOutput(folder, num_ranks, grouped)
        try:
            with Ranks(num_ranks, job) as ranks:
                ranks.wait(timeout, survive, output.show)
        finally:
            output.show(last=True)
        return ranks.results(survive)


def _check(num_ranks: int, threads_per_rank: int, timeout: float) -> None:
    for name, count in (("num_ranks", num_ranks), ("threads_per_rank", threads_per_rank)):
        if count < 1:
            raise ValueError(f"{name} is {count}; it must be at least 1")
    if not (isinstance(timeout, Real) and 0 < timeout <= MAX_TIMEOUT_S):
        allowed = f"seconds, more than 0 and at most {MAX_TIMEOUT_S:,}"
        raise ValueError(f"timeout is {timeout}; it must be a number of {allowed}")


def _check_options_of_torchrun(**options: bool | None) -> None:
    for name, value in options.items():
        if value:
            why = "under torchrun or srun, which end all ranks with one and show what they print"
            raise ValueError(f"{name} is {value}; it must be left out {why}")


def local_store() -> dist.TCPStore:
    """Start a TCPStore for the rendezvous of ranks, on a free port that only this machine sees.

    Torch by itself would listen to the network. Not run on Windows, where it lacks libuv.
    """
    listening = socket.create_server((LOCALHOST, 0))
    port = listening.getsockname()[1]
    return dist.TCPStore(
        LOCALHOST, port, is_master=True, wait_for_workers=False,
        master_listen_fd=listening.detach(), use_libuv=sys.platform != "win32",
    )  # fmt: skip


def _torchrun_environment(num_ranks: int, port: int) -> dict[str, str]:
    """Return the environment variables of this process, and those of torchrun but for RANK."""
    loopback = LOOPBACK.get(sys.platform)
    return {
        **({"GLOO_SOCKET_IFNAME": loopback} if loopback else {}),
        **os.environ,
        "WORLD_SIZE": str(num_ranks),
        "LOCAL_WORLD_SIZE": str(num_ranks),
        "MASTER_ADDR": LOCALHOST,
        "MASTER_PORT": str(port),
        "TORCHELASTIC_USE_AGENT_STORE": "True",  # the store is here, no rank shall be its host
    }


_torchrun_group = ExitStack()  # the process group of torchrun or srun, until the program ends


def _run_under_torchrun(
    fn: Callable[..., Any], args: tuple[Any, ...], num_ranks: int, backend: str | None,
    num_threads: int, timeout: float,
) -> list[Any]:  # fmt: skip
    """Call the function as one of the ranks that torchrun or srun has started."""
    if not dist.is_initialized():
        context = _torchrun_group.enter_context(join(backend, timedelta(seconds=timeout)))
        atexit.register(_torchrun_group.close)
        if context.rank == 0:
            print(context.why)
    world_size = dist.get_world_size()
    if world_size != num_ranks and dist.get_rank() == 0:
        print(f"launch: asked for {num_ranks} ranks, runs on the {world_size} that there are")
    results: list[Any] = [None] * world_size
    with _torch_threads(num_threads):
        result = fn(*args)
    dist.all_gather_object(results, result)
    return results


@contextmanager
def _torch_threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
