"""Pipeline schedules on paper: the order in which each rank works, and when, without a clock."""

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
    """A step, on which rank it ran, and from when to when."""

    rank: int
    step: Step
    start: float
    end: float


def predicted_bubble(num_ranks: int, num_micro_batches: int, num_chunks: int = 1) -> float:
    """Return the part of their time that p ranks idle: (p - 1) / (v m + p - 1).

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
    require(schedule, num_ranks, num_micro_batches, num_chunks)
    return [_order(schedule, r, num_ranks, num_micro_batches, num_chunks) for r in range(num_ranks)]


def require(schedule: str, num_ranks: int, num_micro_batches: int, num_chunks: int) -> None:
    """Raise the errors of :func:`orders`."""
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
    chunks, total = list(range(num_chunks)), m * num_chunks
    forward = [Step("F", c * num_ranks + rank, i) for c, i in _groups(chunks, num_ranks, m)]
    backward = [Step("B", c * num_ranks + rank, i) for c, i in _groups(chunks[::-1], num_ranks, m)]
    ahead = {  # forward passes before the first backward pass
        "gpipe": total,
        "1f1b": num_ranks - rank,
        "interleaved": (num_chunks - 1) * num_ranks + 2 * (num_ranks - 1 - rank) + 1,
    }[schedule]
    ahead = min(ahead, total)
    steps = forward[:ahead]
    for k in range(total):
        steps.append(backward[k])
        steps += forward[ahead + k : ahead + k + 1]
    return steps


def _groups(chunks: list[int], num_ranks: int, m: int) -> list[tuple[int, int]]:
    """Take the micro-batches a group at a time through the chunks."""
    size = num_ranks if len(chunks) > 1 else m
    return [(c, first + i) for first in range(0, m, size) for c in chunks for i in range(size)]


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
    """Return when each step begins and ends, if it begins as soon as it can.

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
    free = [0.0] * num_ranks
    while any(waiting):
        before = len(spans)
        for rank, steps in enumerate(waiting):
            while steps and (ready := _ready(steps[0], last_stage, ended, transfer)) is not None:
                step = steps.pop(0)
                start = max(free[rank], ready)
                free[rank] = ended[step] = start + (forward if step.kind == "F" else backward)
                spans.append(Span(rank, step, start, free[rank]))
        assert len(spans) > before, "the ranks wait for one another"
    return sorted(spans, key=lambda span: (span.start, span.rank))


def _ready(step: Step, last_stage: int, ended: dict[Step, float], transfer: float) -> float | None:
    """Return when what the step needs is there, None if that is not known yet."""
    kind, stage, micro_batch = step
    neighbor = stage - 1 if kind == "F" else stage + 1
    if not 0 <= neighbor <= last_stage:
        return 0.0
    arrived = ended.get(Step(kind, neighbor, micro_batch))
    return None if arrived is None else arrived + transfer


def bubble(spans: Sequence[Span]) -> float:
    """Return the part of their time that the ranks idle, from the first start to the last end.

    >>> bubble(simulate("gpipe", 2, 1))
    0.5
    """
    num_ranks = len({span.rank for span in spans})
    lasts = max(span.end for span in spans) - min(span.start for span in spans)
    return 1 - sum(span.end - span.start for span in spans) / (num_ranks * lasts)


def most_kept(spans: Sequence[Span]) -> list[int]:
    """Return, for each rank, for how many passes it holds activations at the worst moment.

    They are kept from the forward pass of a micro-batch through a stage to its backward pass.

    >>> most_kept(simulate("1f1b", 4, 8))
    [4, 3, 2, 1]
    """
    kept, most = Counter(), Counter()
    for span in sorted(spans, key=lambda span: span.start):
        kept[span.rank] += 1 if span.step.kind == "F" else -1
        most[span.rank] = max(most[span.rank], kept[span.rank])
    return [most[rank] for rank in sorted(most)]
