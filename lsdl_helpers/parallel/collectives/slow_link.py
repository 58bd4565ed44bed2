"""A simulated network between ranks that are on one machine."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
import torch.distributed as dist


class SlowLink:
    """An all-reduce that takes as long as on a slow network, and records when it ran.

    A simulation: after the library's all-reduce a thread sleeps. That takes no processor time,
    as a network would take none. One all-reduce goes on at a time, in the order of the calls;
    it is for :class:`~lsdl_helpers.parallel.data.data_parallel.DataParallel`.

    Args:
        seconds: how long to sleep after an all-reduce of so many bytes.

    Attributes:
        spans: of each all-reduce, when it was called for, start and ended, in seconds of
            ``time.perf_counter``.

    >>> slow = SlowLink(lambda num_bytes: 1e-3 + num_bytes / 125e6)  # 1 ms and 1 Gbit/s
    """

    def __init__(self, seconds: Callable[[int], float]) -> None:
        self.seconds, self.spans = seconds, []
        self._network = ThreadPoolExecutor(1)

    def __call__(self, values: torch.Tensor) -> Callable[[], Any]:
        """Start the sum over the ranks, in place; return the function that waits for it."""
        return self._network.submit(self._all_reduce, values, time.perf_counter()).result

    def _all_reduce(self, values: torch.Tensor, called: float) -> None:
        start = time.perf_counter()
        dist.all_reduce(values)
        time.sleep(self.seconds(values.nbytes))
        self.spans.append((called, start, time.perf_counter()))
