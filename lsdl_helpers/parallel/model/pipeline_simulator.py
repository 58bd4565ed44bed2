"""Simulate pipeline schedules: GPipe, 1F1B and interleaved 1F1B; their bubble and memory."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

SCHEDULES = ("gpipe", "1f1b", "interleaved")


class Step(NamedTuple):
    """The forward ("F") or backward ("B") pass of one micro-batch through one stage."""

    kind: str
    stage: int
    micro_batch: int


class Span(NamedTuple):
    """A step, the rank that ran it, and its start and end."""

    rank: int
    step: Step
    start: float
    end: float


def predicted_bubble(num_ranks: int, num_micro_batches: int, num_chunks: int = 1) -> float:
    """Return the bubble by its formula, the part of their time that p ranks idle.

    (p - 1) / (v m + p - 1)

    For m micro-batches and v stages a rank, whatever a forward and a backward pass take, as
    long as all stages take the same. v is 1 for GPipe and 1F1B. Sources: Huang et al. (2019);
    for v chunks Narayanan et al. (2021), who divide by the busy time: (p - 1) / (v m).

    >>> predicted_bubble(4, 8)
    0.2727272727272727
    """
    return (num_ranks - 1) / (num_chunks * num_micro_batches + num_ranks - 1)


def orders(
    schedule: str, num_ranks: int, num_micro_batches: int, num_chunks: int = 1
) -> list[list[Step]]:
    """Return the steps of each rank in the order in which it does them.

    Stage s is on rank s mod `num_ranks`.

    - "gpipe": all forward passes, then all backward passes.
    - "1f1b": as few forward passes as fill the pipeline, then one backward and one forward
      pass in turn. Source: Narayanan et al. (2019).
    - "interleaved": the same with `num_chunks` stages a rank, which takes the micro-batches in
      groups of `num_ranks` through each of them. Source: Narayanan et al. (2021).

    Raises:
        ValueError: for another schedule, a count below 1, more than one chunk where the
            schedule has one, fewer than two where it has several, or an interleaved schedule
            whose micro-batches are no multiple of the ranks.

    >>> ["".join(step.kind for step in steps) for steps in orders("1f1b", 2, 3)]
    ['FFBFBB', 'FBFBFB']
    """
    check_schedule(schedule, num_ranks, num_micro_batches, num_chunks)
    return [_order(schedule, r, num_ranks, num_micro_batches, num_chunks) for r in range(num_ranks)]


def check_schedule(schedule: str, num_ranks: int, num_micro_batches: int, num_chunks: int) -> None:
    """Check the arguments of :func:`orders`, and raise its errors."""
    if schedule not in SCHEDULES:
        raise ValueError(f"schedule is {schedule!r}; it must be one of {', '.join(SCHEDULES)}")
    if min(num_ranks, num_micro_batches, num_chunks) < 1:
        counts = f"{num_ranks} ranks, {num_micro_batches} micro-batches, {num_chunks} chunks"
        raise ValueError(f"{counts}; there must be at least 1 of each")
    if (schedule == "interleaved") != (num_chunks > 1):
        allowed = "at least 2 chunks" if schedule == "interleaved" else "1 chunk"
        raise ValueError(f"{schedule} with {num_chunks} chunks; it takes {allowed}")
    if schedule == "interleaved" and num_micro_batches % num_ranks:
        given = f"{num_micro_batches} micro-batches on {num_ranks} ranks"
        raise ValueError(f"{given}; interleaved takes a multiple of the ranks")


def _order(schedule: str, rank: int, num_ranks: int, m: int, num_chunks: int) -> list[Step]:
    forward = _passes("F", range(num_chunks), rank, num_ranks, m)
    backward = _passes("B", range(num_chunks)[::-1], rank, num_ranks, m)
    num_warmup = {  # forward passes before the first backward pass
        "gpipe": len(forward),
        "1f1b": num_ranks - rank,
        "interleaved": (num_chunks - 1) * num_ranks + 2 * (num_ranks - 1 - rank) + 1,
    }[schedule]
    steps = forward[:num_warmup]
    for k, step in enumerate(backward):
        steps.append(step)
        steps += forward[num_warmup + k : num_warmup + k + 1]
    return steps


def _passes(kind: str, chunks: Sequence[int], rank: int, num_ranks: int, m: int) -> list[Step]:
    """Return a rank's passes of one kind: micro-batches go in groups through all its chunks."""
    size = num_ranks if len(chunks) > 1 else m
    return [
        Step(kind, chunk * num_ranks + rank, first + i)
        for first in range(0, m, size) for chunk in chunks for i in range(size)
    ]  # fmt: skip


def simulate(
    schedule: str,
    num_ranks: int,
    num_micro_batches: int,
    num_chunks: int = 1,
    *,
    forward: float = 1.0,
    backward: float = 2.0,
    transfer: float = 0.0,
) -> list[Span]:
    """Simulate a schedule: return when each step starts and ends, if it starts once it can.

    It needs its rank, and the same micro-batch of the stage before (forward) or after (backward).

    Args:
        schedule, num_ranks, num_micro_batches, num_chunks: as for :func:`orders`.
        forward, backward: time of one pass through one stage.
        transfer: time from one stage to the next.

    >>> simulate("gpipe", 2, 1)[-1]
    Span(rank=0, step=Step(kind='B', stage=0, micro_batch=0), start=4.0, end=6.0)
    """
    waiting = orders(schedule, num_ranks, num_micro_batches, num_chunks)
    last_stage = num_ranks * num_chunks - 1
    ended: dict[Step, float] = {}
    spans: list[Span] = []
    free_at = [0.0] * num_ranks
    while any(waiting):
        before = len(spans)
        for rank, steps in enumerate(waiting):
            while steps and (ready := _ready(steps[0], last_stage, ended, transfer)) is not None:
                step = steps.pop(0)
                start = max(free_at[rank], ready)
                free_at[rank] = ended[step] = start + (forward if step.kind == "F" else backward)
                spans.append(Span(rank, step, start, free_at[rank]))
        assert len(spans) > before, "the ranks wait for one another"
    return sorted(spans, key=lambda span: (span.start, span.rank))


def _ready(step: Step, last_stage: int, ended: dict[Step, float], transfer: float) -> float | None:
    """Return when the input of a step arrives, None if that is not known yet."""
    kind, stage, micro_batch = step
    neighbor = stage - 1 if kind == "F" else stage + 1
    if not 0 <= neighbor <= last_stage:
        return 0.0
    arrived = ended.get(Step(kind, neighbor, micro_batch))
    return None if arrived is None else arrived + transfer


def bubble(spans: Sequence[Span]) -> float:
    """Return the bubble, the part of the time from first start to last end that the ranks idle.

    >>> bubble(simulate("gpipe", 2, 1))
    0.5
    """
    num_ranks = len({span.rank for span in spans})
    duration = max(span.end for span in spans) - min(span.start for span in spans)
    return 1 - sum(span.end - span.start for span in spans) / (num_ranks * duration)


def peak_activations(spans: Sequence[Span]) -> list[int]:
    """Return for how many forward passes each rank holds activations at its peak.

    They are held from the forward pass of a micro-batch through a stage to its backward pass.

    >>> peak_activations(simulate("1f1b", 4, 8))
    [4, 3, 2, 1]
    """
    held, peak = Counter(), Counter()
    for span in sorted(spans, key=lambda span: span.start):
        held[span.rank] += 1 if span.step.kind == "F" else -1
        peak[span.rank] = max(peak[span.rank], held[span.rank])
    return [peak[rank] for rank in sorted(peak)]
