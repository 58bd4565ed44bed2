"""The cost model of a message, latency and bandwidth, and of a ring all-reduce."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Link:
    """A connection between two ranks, on which m bytes take ``latency_s + m seconds_per_byte``.

    As fitted to all-reduces, the time of a byte includes its addition.
    """

    latency_s: float
    seconds_per_byte: float

    def all_reduce_s(self, num_bytes: float, num_ranks: int) -> float:
        """Predict a ring all-reduce: ``2 (n - 1) (latency_s + S / n seconds_per_byte)`` seconds.

        Args:
            num_bytes: S, of the tensor that every rank holds.
            num_ranks: n; a single rank has nothing to do.

        Raises:
            ValueError: for fewer bytes than 0 or ranks than 1.

        >>> Link(1e-4, 1e-9).all_reduce_s(8e6, 2)
        0.0082
        """
        if num_bytes < 0 or num_ranks < 1:
            raise ValueError(f"{num_bytes} bytes, {num_ranks} ranks; at least 0 and at least 1")
        step = self.latency_s + num_bytes / num_ranks * self.seconds_per_byte
        return 2 * (num_ranks - 1) * step

    @property
    def bytes_per_s(self) -> float:
        """The rate that long messages approach."""
        return 1 / self.seconds_per_byte if self.seconds_per_byte else float("inf")

    def __str__(self) -> str:
        return f"latency {1e6 * self.latency_s:.0f} µs, then {self.bytes_per_s / 1e9:.2f} GB/s"


def fit_link(num_bytes: Sequence[float], seconds: Sequence[float], num_ranks: int) -> Link:
    """Fit latency and bandwidth of a link to the times of ring all-reduces.

    Nonnegative least squares on the relative errors, so that a small size counts as much as a
    large one.

    Args:
        num_bytes: sizes of the tensors, at least two different ones.
        seconds: how long the all-reduce of each took.
        num_ranks: by how many ranks, at least 2.

    Raises:
        ValueError: for less, or for a time that is not above 0.

    >>> print(fit_link([2e6, 8e6], [0.0022, 0.0082], num_ranks=2))
    latency 100 µs, then 1.00 GB/s
    """
    from scipy.optimize import nnls  # late: it takes most of a second

    sizes, times = np.asarray(num_bytes, float), np.asarray(seconds, float)
    if num_ranks < 2 or len(set(sizes)) < 2 or not (times > 0).all():
        raise ValueError(
            f"{num_ranks} ranks, sizes {list(num_bytes)}, seconds {list(seconds)}; a fit needs "
            "two ranks, two different sizes and times above 0"
        )
    columns = 2 * (num_ranks - 1) * np.stack([np.ones_like(sizes), sizes / num_ranks], 1)
    relative = columns / times[:, None]
    (latency_s, seconds_per_byte), _ = nnls(relative, np.ones_like(times))
    return Link(float(latency_s), float(seconds_per_byte))
