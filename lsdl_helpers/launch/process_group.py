"""Join the process group of torchrun or srun, with nccl where ranks have GPUs, else gloo."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist

from lsdl_helpers.launch.rendezvous import agree_on_nonce

BACKENDS = ("gloo", "nccl")
RENDEZVOUS_TIMEOUT = timedelta(minutes=30)  # torch's own limit for gloo
# what torchrun sets, in the order of the fields of RankEnvironment
TORCHRUN_VARIABLES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True)
class RankEnvironment:
    """What torchrun or srun say of a rank, and the host and TCP port of the rendezvous."""

    rank: int
    world_size: int
    local_rank: int
    address: str
    port: int


@dataclass(frozen=True)
class RankContext:
    """Device and backend of a rank; ``why`` says in one line how they were chosen."""

    rank: int
    world_size: int
    local_rank: int
    backend: str
    device: torch.device
    why: str


def from_environment(environ: Mapping[str, str] = os.environ) -> RankEnvironment | None:
    """Return what torchrun or srun says of this process; None if neither started it.

    A step of srun with a single task, in which a notebook may run, does not count. Ranks of
    srun meet on the first host of their step, on a port made of job and step, unless
    ``MASTER_ADDR`` and ``MASTER_PORT`` say otherwise.

    Raises:
        ValueError: if ``RANK`` or ``WORLD_SIZE`` is set and another variable of torchrun is not.

    >>> from_environment({"SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1",
    ...                   "SLURM_STEP_NODELIST": "n[1-2]", "SLURM_JOB_ID": "7"})
    RankEnvironment(rank=3, world_size=4, local_rank=1, address='n1', port=16496)
    """
    if "RANK" in environ or "WORLD_SIZE" in environ:
        missing = [name for name in TORCHRUN_VARIABLES if name not in environ]
        if missing:
            required = ", ".join(TORCHRUN_VARIABLES)
            raise ValueError(f"{', '.join(missing)} is not set; torchrun sets {required}")
        rank, world_size, local_rank, address, port = map(environ.get, TORCHRUN_VARIABLES)
        return RankEnvironment(int(rank), int(world_size), int(local_rank), address, int(port))
    # a batch script has SLURM_PROCID, too, but only srun sets the number of a step's tasks
    if int(environ.get("SLURM_STEP_NUM_TASKS", 1)) > 1:
        return RankEnvironment(
            int(environ["SLURM_PROCID"]),
            int(environ["SLURM_STEP_NUM_TASKS"]),
            int(environ["SLURM_LOCALID"]),
            environ.get("MASTER_ADDR") or _first_host(environ["SLURM_STEP_NODELIST"]),
            int(environ.get("MASTER_PORT") or _port_of_step(environ)),
        )
    return None


@contextmanager
def join(backend: str | None = None, timeout: timedelta | None = None) -> Iterator[RankContext]:
    """Start the process group of torchrun or srun; end it with the ``with`` block.

    Without either, the group has one rank. If every rank has a GPU of its own the group uses
    nccl, else gloo on the CPU; the ranks agree on it. A GPU that is used is made the current one.

    Args:
        backend: "gloo" or "nccl", if it is not to be chosen.
        timeout: of the rendezvous and of every collective; torch's own, of minutes, if None.

    Raises:
        ValueError: for another backend; for "nccl" if a rank has no GPU of its own; for
            incomplete variables of torchrun.
        TimeoutError: on rank 0, with the ranks that did not come.

    >>> with join() as context:
    ...     print(context.rank, context.world_size, context.why)
    0 1 gloo on the CPU: rank 0 has no GPU
    """
    if backend not in (None, *BACKENDS):
        raise ValueError(f"backend is {backend!r}; it must be one of {', '.join(BACKENDS)}")
    environment = from_environment() or RankEnvironment(0, 1, 0, "", 0)
    limit = {} if timeout is None else {"timeout": timeout}
    store = _open_store(environment, limit)
    index, gpu = own_gpu(environment.local_rank)
    nonce, gpus = agree_on_nonce(
        store, environment.rank, environment.world_size, gpu, timeout or RENDEZVOUS_TIMEOUT
    )
    context = choose_backend(environment, index, gpus, backend)
    if context.device.type == "cuda":
        torch.cuda.set_device(context.device)
        limit["device_id"] = context.device
    dist.init_process_group(
        context.backend,
        store=dist.PrefixStore(nonce, store),
        rank=environment.rank,
        world_size=environment.world_size,
        **limit,
    )
    dist.barrier()  # a rank that leaves early would break the connecting of the others
    try:
        yield context
    finally:
        dist.destroy_process_group()


def choose_backend(
    environment: RankEnvironment,
    index: int | None,
    gpus: list[str],
    backend: str | None = None,
) -> RankContext:
    """Choose backend and device of a rank, given which GPU each rank would take.

    Args:
        index: of this rank's GPU on its machine; None if it has none.
        gpus: identifiers of the GPUs of all ranks; "" for a rank that has none.
        backend: as for :func:`join`.

    Raises:
        ValueError: for "nccl" if a rank has no GPU of its own.

    >>> choose_backend(RankEnvironment(0, 2, 0, "", 0), 0, ["GPU-a", "GPU-a"]).why
    'gloo on the CPU: ranks 0 and 1 share a GPU'
    """
    obstacle = why_not_nccl(gpus)
    if backend == "nccl" and obstacle:
        raise ValueError(f"backend is 'nccl', but {obstacle}; it must be 'gloo' here")
    if obstacle or backend == "gloo":
        name, device = "gloo", torch.device("cpu")
        why = f"gloo on the CPU: {'asked for' if backend else obstacle}"
    else:
        name, device = "nccl", torch.device("cuda", index)
        why = "nccl: every rank has a GPU of its own"
    rank, world_size = environment.rank, environment.world_size
    return RankContext(rank, world_size, environment.local_rank, name, device, why)


def own_gpu(local_rank: int) -> tuple[int | None, str]:
    """Return index and identifier of the GPU that a rank would take."""
    if not (torch.cuda.is_available() and dist.is_nccl_available()):
        return None, ""
    index = local_rank % torch.cuda.device_count()  # SLURM may show each rank one GPU, its own
    return index, str(torch.cuda.get_device_properties(index).uuid)


def why_not_nccl(gpus: list[str]) -> str:
    """Return what keeps ranks with these GPUs ("" is none) from using nccl; "" if nothing does."""
    if "" in gpus:
        return f"rank {gpus.index('')} has no GPU"
    for rank, gpu in enumerate(gpus):
        if gpus.index(gpu) < rank:
            return f"ranks {gpus.index(gpu)} and {rank} share a GPU"
    return ""


def _open_store(environment: RankEnvironment, limit: dict[str, timedelta]) -> dist.Store:
    if environment.world_size == 1:
        return dist.HashStore()
    libuv = "?use_libuv=0" if sys.platform == "win32" else ""  # torch is built without it there
    url = f"tcp://{environment.address}:{environment.port}{libuv}"
    store, _, _ = next(dist.rendezvous(url, environment.rank, environment.world_size, **limit))
    return store


def _first_host(hosts: str) -> str:
    """Return the first of SLURM's list of hosts, e.g. n3 of ``n[3-5,9],m1``."""
    return re.sub(r"\[(\w+)[^\]]*\]", r"\1", hosts).split(",")[0]


def _port_of_step(environ: Mapping[str, str]) -> int:
    """Return a port below the ephemeral ones, the same on all hosts of a step."""
    number = 16 * int(environ["SLURM_JOB_ID"]) + int(environ.get("SLURM_STEP_ID", 0))
    return 16_384 + number % 16_384
