"""Data-parallel training: each rank has a copy of the network and its own examples."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

Wait = Callable[[], Any]  # returns when what was started is done


def start_all_reduce(values: torch.Tensor) -> Wait:
    """Start the library's all-reduce of `values`, in place; return the function that waits."""
    return dist.all_reduce(values, async_op=True).wait


@dataclass(eq=False)
class Bucket:
    """Parameters whose gradients travel together, in one tensor."""

    parameters: list[nn.Parameter]
    pending: set[nn.Parameter] = field(default_factory=set)  # without a gradient in this step
    flat: torch.Tensor | None = None
    wait: Wait | None = None


class DataParallel(nn.Module):
    """A network whose gradients are averaged over all ranks while they are computed.

    Each rank calls it on its own examples, calls ``backward`` on the mean loss, then
    :meth:`finish`, then steps its optimizer. Gradients travel in buckets, last layers first;
    one is sent as soon as its gradients are there, while the backward pass goes on. All
    parameters, frozen ones, too, and buffers begin as those of rank 0. Buffers, such as the
    averages of batch normalization, are each rank's own from then on.

    Args:
        network: on every rank the same layers; all parameters of one dtype.
        bucket_bytes: a bucket is closed when its gradients have so many bytes.
        overlap: send each bucket when it is ready; else all of them in :meth:`finish`.
        all_reduce: starts the sum over the ranks of a tensor, in place, and returns the function
            that waits for it.

    Source: Li et al. (2020), after whom torch's DistributedDataParallel is built.

    >>> from lsdl_helpers.launch import join
    >>> with join("gloo"):
    ...     DataParallel(nn.Linear(4, 2))(torch.zeros(3, 4)).shape
    torch.Size([3, 2])
    """

    def __init__(
        self,
        network: nn.Module,
        *,
        bucket_bytes: int = 2**20,
        overlap: bool = True,
        all_reduce: Callable[[torch.Tensor], Wait] = start_all_reduce,
    ) -> None:
        super().__init__()
        self.network, self.overlap, self.all_reduce = network, overlap, all_reduce
        self.sync, self.num_started = True, 0
        for tensor in (*network.parameters(), *network.buffers()):
            copy_from_rank_0(tensor)
        trained = [p for p in network.parameters() if p.requires_grad]
        self.buckets = make_buckets(trained, bucket_bytes)
        for bucket in self.buckets:
            for parameter in bucket.parameters:
                parameter.register_post_accumulate_grad_hook(self._make_hook(bucket))
        self._reset_buckets()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Return what the network returns."""
        return self.network(*args, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Let gradients of backward passes in this block add up on each rank, unsent."""
        self.sync = False
        try:
            yield
        finally:
            self.sync = True

    def finish(self) -> None:
        """Wait for all buckets, and make the gradients the averages over the ranks.

        Raises:
            RuntimeError: if a parameter has had no gradient since the last call, for then the
                other ranks wait for its bucket.
        """
        pending = set().union(*(bucket.pending for bucket in self.buckets))
        if pending:
            names = [name for name, p in self.network.named_parameters() if p in pending]
            raise RuntimeError(f"no gradient came for {', '.join(names)}")
        while self.num_started < len(self.buckets):
            self._start_reducing(self.buckets[self.num_started])
        for bucket in self.buckets:
            bucket.wait()
            bucket.flat /= dist.get_world_size()
            sizes = [p.numel() for p in bucket.parameters]
            for parameter, part in zip(bucket.parameters, bucket.flat.split(sizes), strict=True):
                parameter.grad.copy_(part.view_as(parameter))
        self._reset_buckets()

    def _reset_buckets(self) -> None:
        self.num_started = 0
        for bucket in self.buckets:
            bucket.pending = set(bucket.parameters)

    def _make_hook(self, bucket: Bucket) -> Callable[[nn.Parameter], None]:
        def hook(parameter: nn.Parameter) -> None:
            if not self.sync:
                return
            if parameter not in bucket.pending:
                raise RuntimeError(
                    "a second backward pass; allowed after finish(), or in no_sync()"
                )
            bucket.pending.remove(parameter)
            if self.overlap:
                self._reduce_ready_buckets()

        return hook

    def _reduce_ready_buckets(self) -> None:
        """Start all-reduces in the order of the buckets, which is the same on all ranks."""
        while self.num_started < len(self.buckets) and not self.buckets[self.num_started].pending:
            self._start_reducing(self.buckets[self.num_started])

    def _start_reducing(self, bucket: Bucket) -> None:
        bucket.flat = torch.cat([p.grad.flatten() for p in bucket.parameters])
        bucket.wait = self.all_reduce(bucket.flat)
        self.num_started += 1


def copy_from_rank_0(tensor: torch.Tensor) -> None:
    """Replace the values of a tensor on every rank by those on rank 0."""
    values = tensor.detach().contiguous()  # gloo sends memory as it lies, whatever the strides
    dist.broadcast(values, src=0)
    with torch.no_grad():
        tensor.copy_(values)


def make_buckets(parameters: list[nn.Parameter], bucket_bytes: int) -> list[Bucket]:
    """Group parameters into buckets, the last first: the order in which gradients come.

    Raises:
        ValueError: for a size below 1.

    >>> [len(b.parameters) for b in make_buckets(list(nn.Linear(4, 2).parameters()), 8)]
    [1, 1]
    """
    if bucket_bytes < 1:
        raise ValueError(f"bucket_bytes is {bucket_bytes}; it must be at least 1")
    buckets, size = [], bucket_bytes
    for parameter in reversed(parameters):
        if size >= bucket_bytes:
            buckets.append(Bucket([]))
            size = 0
        buckets[-1].parameters.append(parameter)
        size += parameter.numel() * parameter.element_size()
    return buckets
