"""Pipelines that run: the stages of a network on different ranks, under several schedules."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed import pipelining

from lsdl_helpers.parallel.model.pipeline_simulator import check_schedule

_SCHEDULE_CLASSES = {
    "gpipe": pipelining.ScheduleGPipe,
    "1f1b": pipelining.Schedule1F1B,
    "interleaved": pipelining.ScheduleInterleaved1F1B,
}


class PipelineStage(pipelining.PipelineStage):
    """torch's stage of a pipeline, without the handshake with its neighbors under gloo.

    nccl connects by it, gloo has connected before, and torch 2.9 sends in 8 bytes what it
    receives in 4, at which gloo ends the process.
    """

    def _get_init_p2p_neighbors_ops(self) -> list[dist.P2POp]:
        if dist.get_backend(self.group) == "gloo":
            return []
        return super()._get_init_p2p_neighbors_ops()


def make_schedule(
    schedule: str,
    chunks: Sequence[nn.Module],
    num_micro_batches: int,
    example: torch.Tensor,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Any:
    """Return torch's schedule for this rank's part of a network, for :func:`forward_backward`.

    Args:
        schedule: "gpipe", "1f1b" or "interleaved".
        chunks: the stages of this rank, one for "gpipe" and "1f1b". Of p ranks, rank r has the
            stages r, r + p, r + 2 p, …
        num_micro_batches: into how many equal parts a batch is cut.
        example: a micro-batch; every stage takes and returns such a tensor.
        loss: of output and target of a micro-batch, a mean over its examples.

    Raises:
        ValueError: as :func:`~lsdl_helpers.parallel.model.pipeline_simulator.orders`.
    """
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    check_schedule(schedule, num_ranks, num_micro_batches, len(chunks))
    activation = example.detach().clone().requires_grad_()  # gradients come back for it
    stages = []
    for k, chunk in enumerate(chunks):
        index = rank + k * num_ranks
        stages.append(
            PipelineStage(
                chunk, index, num_ranks * len(chunks), example.device,
                input_args=activation if index else example, output_args=activation,
            )
        )  # fmt: skip
    stage = stages if schedule == "interleaved" else stages[0]
    return _SCHEDULE_CLASSES[schedule](stage, num_micro_batches, loss_fn=loss)


def forward_backward(schedule: Any, inputs: torch.Tensor, targets: torch.Tensor) -> None:
    """Run the forward and backward passes of a batch; gradients are added to ``.grad``.

    Every rank calls it with the same batch; only the first looks at the inputs, only the last
    at the targets.
    """
    rank, last = dist.get_rank(), dist.get_world_size() - 1
    args = [inputs] if rank == 0 else []
    kwargs = {"target": targets} if rank == last else {}
    schedule.step(*args, **kwargs)
