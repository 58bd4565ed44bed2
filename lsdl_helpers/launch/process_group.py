"""The process group that this process was started for by torchrun or srun."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist

from lsdl_helpers.launch.rendezvous import meet

BACKENDS = ("gloo", "nccl")
MEETING = timedelta(minutes=30)  # torch's own limit for gloo
# what torchrun sets, in the order of the fields of Rank
TORCHRUN = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True)
class Rank:
    """Which process this is, and where the processes meet: a host and a TCP port of rank 0."""

    rank: int
    world_size: int
    local_rank: int
    address: str
    port: int


@dataclass(frozen=True)
class Place:
    """Where a rank computes and with what it communicates; ``why`` says it in one line."""

    rank: int
    world_size: int
    local_rank: int
    backend: str
    device: torch.device
    why: str


def from_environment(environ: Mapping[str, str] = os.environ) -> Rank | None:
    """Return what torchrun or srun says of this process; None if neither started it.

    A step of srun with a single task, in which a notebook may run, does not count. Ranks of
    srun meet on the first host of their step, on a port made of job and step, unless
    ``MASTER_ADDR`` and ``MASTER_PORT`` say otherwise.

    Raises:
        ValueError: if ``RANK`` or ``WORLD_SIZE`` is set and another variable of torchrun is not.

    >>> from_environment({"SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1",
    ...                   "SLURM_STEP_NODELIST": "n[1-2]", "SLURM_JOB_ID": "7"})
    Rank(rank=3, world_size=4, local_rank=1, address='n1', port=16496)
    """
    if "RANK" in environ or "WORLD_SIZE" in environ:
        missing = [name for name in TORCHRUN if name not in environ]
        if missing:
            raise ValueError(
                f"{', '.join(missing)} is not set; torchrun sets {', '.join(TORCHRUN)}"
            )
        rank, world_size, local_rank, address, port = (environ[name] for name in TORCHRUN)
        return Rank(int(rank), int(world_size), int(local_rank), address, int(port))
    # a batch script has SLURM_PROCID, too, but only srun sets the number of a step's tasks
    if int(environ.get("SLURM_STEP_NUM_TASKS", 1)) > 1:
        return Rank(
            int(environ["SLURM_PROCID"]),
            int(environ["SLURM_STEP_NUM_TASKS"]),
            int(environ["SLURM_LOCALID"]),
            environ.get("MASTER_ADDR") or _first_host(environ["SLURM_STEP_NODELIST"]),
            int(environ.get("MASTER_PORT") or _port_of_step(environ)),
        )
    return None


@contextmanager
def join(backend: str | None = None, timeout: timedelta | None = None) -> Iterator[Place]:
    """Start the process group of torchrun or srun; end it with the ``with`` block.

    Without either, the group has one rank. If every rank has a GPU of its own the group uses
    nccl, else gloo on the CPU; the ranks agree on it. A GPU that is used is made the current one.

    Args:
        backend: "gloo" or "nccl", if it is not to be chosen.
        timeout: for meeting and for every collective; torch's own, of minutes, if None.

    Raises:
        ValueError: for another backend; for "nccl" if a rank has no GPU of its own; for
            incomplete variables of torchrun.
        TimeoutError: on rank 0, with the ranks that did not come.

    >>> with join() as place:
    ...     print(place.rank, place.world_size, place.why)
    0 1 gloo on the CPU: rank 0 has no GPU
    """
    if backend not in (None, *BACKENDS):
        raise ValueError(f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}")
    me = from_environment() or Rank(0, 1, 0, "", 0)
    limit = {} if timeout is None else {"timeout": timeout}
    store = _open_store(me, limit)
    index, gpu = _own_gpu(me.local_rank)
    word, gpus = meet(store, me.rank, me.world_size, gpu, timeout or MEETING)
    place = choose(me, index, gpus, backend)
    if place.device.type == "cuda":
        torch.cuda.set_device(place.device)
        limit["device_id"] = place.device
    dist.init_process_group(
        place.backend,
        store=dist.PrefixStore(word, store),
        rank=me.rank,
        world_size=me.world_size,
        **limit,
    )
    dist.barrier()  # a rank that leaves early would break the connecting of the others
    try:
        yield place
    finally:
        dist.destroy_process_group()


def choose(me: Rank, index: int | None, gpus: list[str], backend: str | None = None) -> Place:
    """Return the place of a rank, given which GPU each rank would take.

    Args:
        index: of this rank's GPU on its machine; None if it has none.
        gpus: identifiers of the GPUs of all ranks; "" for a rank that has none.
        backend: as for :func:`join`.

    Raises:
        ValueError: for "nccl" if a rank has no GPU of its own.

    >>> choose(Rank(0, 2, 0, "", 0), 0, ["GPU-a", "GPU-a"]).why
    'gloo on the CPU: ranks 0 and 1 share a GPU'
    """
    obstacle = _obstacle(gpus)
    if backend == "nccl" and obstacle:
        raise ValueError(f"backend is 'nccl', but {obstacle}; it must be 'gloo' here")
    if obstacle or backend == "gloo":
        name, device = "gloo", torch.device("cpu")
        why = f"gloo on the CPU: {'asked for' if backend else obstacle}"
    else:
        name, device = "nccl", torch.device("cuda", index)
        why = "nccl: every rank has a GPU of its own"
    return Place(me.rank, me.world_size, me.local_rank, name, device, why)


def _own_gpu(local_rank: int) -> tuple[int | None, str]:
    """Return index and identifier of the GPU that a rank would take."""
    if not (torch.cuda.is_available() and dist.is_nccl_available()):
        return None, ""
    index = local_rank % torch.cuda.device_count()  # SLURM may show each rank one GPU, its own
    return index, str(torch.cuda.get_device_properties(index).uuid)


def _obstacle(gpus: list[str]) -> str:
    """Say why nccl is impossible with these GPUs of the ranks, "" standing for none."""
    if "" in gpus:
        return f"rank {gpus.index('')} has no GPU"
    for rank, gpu in enumerate(gpus):
        if gpus.index(gpu) < rank:
            return f"ranks {gpus.index(gpu)} and {rank} share a GPU"
    return ""


def _open_store(me: Rank, limit: dict[str, timedelta]) -> dist.Store:
    if me.world_size == 1:
        return dist.HashStore()
    libuv = "?use_libuv=0" if sys.platform == "win32" else ""  # torch is built without it there
    url = f"tcp://{me.address}:{me.port}{libuv}"
    store, _, _ = next(dist.rendezvous(url, me.rank, me.world_size, **limit))
    return store


def _first_host(hosts: str) -> str:
    """Return the first of SLURM's list of hosts, e.g. n3 of ``n[3-5,9],m1``."""
    return re.sub(r"\[(\w+)[^\]]*\]", r"\1", hosts).split(",")[0]


def _port_of_step(environ: Mapping[str, str]) -> int:
    """Return a port below those that systems give out by themselves, the same on all hosts."""
    number = 16 * int(environ["SLURM_JOB_ID"]) + int(environ.get("SLURM_STEP_ID", 0))
    return 16_384 + number % 16_384
