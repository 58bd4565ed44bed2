"""Pipelines whose stages sleep in place of computing, so that few cores simulate many devices."""

import time
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from lsdl_helpers.launch.launcher import launch
from lsdl_helpers.parallel.model.pipeline import forward_backward, make_schedule
from lsdl_helpers.parallel.model.pipeline_simulator import Span, Step, check_schedule

WIDTH = 8  # of the layer that a stage does compute


class WaitingStage(nn.Module):
    """A stage of a pipeline that sleeps as long as a device would compute.

    Several processes that compute share the cores that there are; several that wait do not
    hinder one another.

    Args:
        rank, stage: their numbers, for the trace.

    Attributes:
        trace: a :class:`~lsdl_helpers.parallel.model.pipeline_simulator.Span` a pass so far, in
            seconds of the clock that all processes of this machine share.

    Input and output (B, 8).
    """

    def __init__(self, rank: int, stage: int) -> None:
        super().__init__()
        self.rank, self.stage = rank, stage
        self.linear = nn.Linear(WIDTH, WIDTH)
        self.reset(0.0, 0.0)

    def reset(self, forward_s: float, backward_s: float) -> None:
        """Start a new trace, in which a pass of one micro-batch waits so many seconds."""
        self.forward_s, self.backward_s = forward_s, backward_s
        self.num_forwards = 0
        self.trace: list[Span] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        micro_batch, self.num_forwards = self.num_forwards, self.num_forwards + 1
        return _Wait.apply(self.linear(x), self, micro_batch)

    def wait(self, kind: str, micro_batch: int) -> None:
        """Sleep as long as a pass takes, and record when."""
        start = time.monotonic()
        time.sleep(self.forward_s if kind == "F" else self.backward_s)
        self.trace.append(
            Span(self.rank, Step(kind, self.stage, micro_batch), start, time.monotonic())
        )


class _Wait(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, stage: WaitingStage, micro_batch: int) -> torch.Tensor:
        ctx.stage, ctx.micro_batch = stage, micro_batch
        stage.wait("F", micro_batch)
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        ctx.stage.wait("B", ctx.micro_batch)
        return gradient, None, None


def measure_trace(
    schedule: str,
    num_ranks: int,
    num_micro_batches: int,
    num_chunks: int = 1,
    *,
    forward_s: float = 0.1,
    backward_s: float = 0.2,
) -> list[Span]:
    """Run one training step of a pipeline of waiting stages on as many processes; return its trace.

    Args:
        schedule, num_ranks, num_micro_batches, num_chunks: as for
            :func:`~lsdl_helpers.parallel.model.pipeline_simulator.orders`.
        forward_s, backward_s: seconds that a pass of one micro-batch waits in one stage. Below
            0.05 what processes say to one another is no longer short against it.

    Returns:
        Spans in seconds from the start of the first, in the order of their starts.

    Raises:
        ValueError: as :func:`~lsdl_helpers.parallel.model.pipeline_simulator.orders`.

    >>> len(measure_trace("1f1b", 2, 2))  # 2 ranks, 2 micro-batches, forward and backward
    8
    """
    check_schedule(schedule, num_ranks, num_micro_batches, num_chunks)
    settings = (schedule, num_micro_batches, num_chunks, forward_s, backward_s)
    traces = launch(_trace_of_rank, num_ranks, *settings, backend="gloo")
    spans = sorted((span for trace in traces for span in trace), key=lambda span: span.start)
    zero = spans[0].start
    return [span._replace(start=span.start - zero, end=span.end - zero) for span in spans]


def _trace_of_rank(
    schedule: str, num_micro_batches: int, num_chunks: int, forward_s: float, backward_s: float
) -> list[Span]:
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    stages = [WaitingStage(rank, rank + k * num_ranks) for k in range(num_chunks)]
    batch = torch.zeros(num_micro_batches, WIDTH)
    torch_schedule = make_schedule(
        schedule, stages, num_micro_batches, batch[:1], nn.functional.mse_loss
    )
    forward_backward(torch_schedule, batch, batch)  # without waits: it also connects the ranks
    for stage in stages:
        stage.reset(forward_s, backward_s)
    dist.barrier()
    forward_backward(torch_schedule, batch, batch)
    return [span for stage in stages for span in stage.trace]
