"""Run a function on several processes, from a notebook as under torchrun or srun."""

import atexit
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import torch.distributed as dist

from lsdl_helpers.parallel import by_value
from lsdl_helpers.parallel.output import Output
from lsdl_helpers.parallel.process_group import from_environment, join
from lsdl_helpers.parallel.ranks import Ranks
from lsdl_helpers.parallel.worker import Job

LOCALHOST = "127.0.0.1"
LOOPBACK = {"linux": "lo", "darwin": "lo0"}


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

    Under torchrun or srun the function runs in place, on as many ranks as there are; every
    rank gets the list.

    Args:
        fn: takes `args`; its result must be picklable, tensors on the CPU.
        num_ranks: number of processes.
        backend: "gloo" or "nccl"; None takes nccl where each rank has a GPU of its own, else
            gloo, and says why where there is a GPU.
        threads_per_rank: of torch, in each process.
        timeout: seconds for the whole call.
        survive: a rank that fails leaves its RankError in the list, and the others go on.
        grouped: show what ranks print after the call, rank by rank. None: if the environment
            variable ``LSDL_GROUPED_OUTPUT`` is set, as it is where notebooks are stored.

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
        return _run_in_place(fn, args, num_ranks, backend, timeout)
    if grouped is None:
        grouped = bool(os.environ.get("LSDL_GROUPED_OUTPUT"))
    store = local_store()
    with tempfile.TemporaryDirectory(prefix="lsdl-launch-", ignore_cleanup_errors=True) as folder:
        job = Job(
            call=by_value.dumps((fn, args)),
            environment=_environment(num_ranks, store.port),
            output_folder=folder,
            backend=backend,
            num_threads=threads_per_rank,
            timeout_s=timeout,
        )
        output = Output(folder, num_ranks, grouped)
        try:
            with Ranks(num_ranks, job) as ranks:
                ranks.wait(timeout, survive, output.show)
        finally:
            output.show(last=True)
        return ranks.results(survive)


def local_store() -> dist.TCPStore:
    """Return the store at which the ranks meet, on a free port that only this machine sees."""
    if sys.platform == "win32":
        return dist.TCPStore(LOCALHOST, 0, is_master=True, wait_for_workers=False, use_libuv=False)
    listening = socket.create_server((LOCALHOST, 0))
    port = listening.getsockname()[1]
    return dist.TCPStore(
        LOCALHOST, port, is_master=True, wait_for_workers=False,
        master_listen_fd=listening.detach(),
    )  # fmt: skip


def _environment(num_ranks: int, port: int) -> dict[str, str]:
    """Return what torchrun would set but for the number of the rank, beside what is set here."""
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


_in_place = ExitStack()  # the process group of torchrun or srun, until the program ends


def _run_in_place(
    fn: Callable[..., Any], args: tuple[Any, ...], num_ranks: int, backend: str | None,
    timeout: float,
) -> list[Any]:  # fmt: skip
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
