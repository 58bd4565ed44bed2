"""Measure latency and bandwidth between processes of this machine, and store them."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import numpy as np
import torch
import torch.distributed as dist

from lsdl_helpers.launch.launcher import launch
from lsdl_helpers.parallel.collectives.link import Link, fit_link

SIZES = tuple(4**k for k in range(5, 12))  # bytes: 1 KiB to 4 MiB
ROUNDS = 25
SMALL_BYTES = 2**18  # tensors of less are timed up to four at a time


def time_all_reduces(sizes: Sequence[int], rounds: int) -> list[float]:
    """Time the library's all-reduce for each size: return the best of all rounds, in seconds.

    Every rank of a process group calls this. The sizes take turns, so that other work on the
    machine meets all of them.

    Args:
        sizes: bytes of float32 numbers.

    >>> from lsdl_helpers.launch import launch
    >>> len(launch(time_all_reduces, 2, [1024, 4096], 25)[0])
    2
    """
    tensors = [torch.zeros(size // 4) for size in sizes]
    samples = [[_seconds(tensor) for tensor in tensors] for _ in range(rounds)]
    return np.min(samples, axis=0).tolist()


def _seconds(tensor: torch.Tensor) -> float:
    calls = max(1, min(4, SMALL_BYTES // tensor.nbytes))
    dist.barrier()
    start = time.perf_counter()
    for _ in range(calls):
        dist.all_reduce(tensor)
    return (time.perf_counter() - start) / calls


def calibrate_parallel(num_ranks: int = 2) -> Link:
    """Fit latency and bandwidth to timed all-reduces of 1 KiB to 4 MiB, and store them.

    ``measure.limits().parallel`` has them from then on, as ``python -m lsdl_helpers calibrate``
    does. They take a few seconds, most of them to start the first processes.

    Args:
        num_ranks: processes on this machine, at least 2.

    Raises:
        ValueError: for fewer.

    >>> print(calibrate_parallel())
    latency ... µs, then ... GB/s
    """
    from lsdl_helpers.measure.calibration_file import save_calibration  # late: few need it

    if num_ranks < 2:
        raise ValueError(f"num_ranks is {num_ranks}; it takes two to pass a message")
    by_rank = launch(time_all_reduces, num_ranks, SIZES, ROUNDS, backend="gloo")
    seconds = np.max(by_rank, axis=0).tolist()
    link = fit_link(SIZES, seconds, num_ranks)
    when = datetime.now().isoformat(timespec="minutes")
    value = {**asdict(link), "num_ranks": num_ranks, "backend": "gloo", "when": when}
    save_calibration("parallel", value)
    return link
