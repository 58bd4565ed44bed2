"""Exercises of the chapter parallel/model_parallel."""

from collections.abc import Callable
from typing import Any

import torch

from lsdl_helpers.labs.checks import Exercise, number

_HEADS, _HEAD_WIDTH = 4, 2


def _judge_heads(answer: Callable[[torch.Tensor, int, int], torch.Tensor]) -> str | None:
    if not callable(answer):
        return f"the answer is a function (weight, rank, num_ranks), not {type(answer).__name__}"
    width = _HEADS * _HEAD_WIDTH
    weight = torch.arange(3.0 * width * width).view(3 * width, width)
    whole_heads = weight.view(3, _HEADS, _HEAD_WIDTH, width)
    for num_ranks in (1, 2, 4):
        for rank in range(num_ranks):
            expected = whole_heads.chunk(num_ranks, 1)[rank].reshape(-1, width)
            if wrong := _compare(answer, weight, rank, num_ranks, expected):
                return wrong
    return None


def _compare(
    answer: Any, weight: torch.Tensor, rank: int, num_ranks: int, expected: torch.Tensor
) -> str | None:
    given = f"of rank {rank} of {num_ranks}, for a weight of shape {tuple(weight.shape)}"
    try:
        part = answer(weight, rank, num_ranks)
    except Exception as error:
        return f"it raises {error!r} {given}"
    if not isinstance(part, torch.Tensor):
        return f"it returns {type(part).__name__} {given}; a tensor is wanted"
    if part.shape != expected.shape:
        return f"it returns shape {tuple(part.shape)} {given}; {tuple(expected.shape)} is wanted"
    if torch.equal(part, expected):
        return None
    if torch.equal(part, weight.chunk(num_ranks, 0)[rank]):
        return "a plain chunk of the rows: the first rank gets queries without their keys"
    if torch.equal(part.sort(0).values, expected):
        return f"the right rows {given}, in another order; all queries, then keys, then values"
    return f"these are not the rows {given}"


EXERCISES = (
    Exercise(
        asks="a function: (weight, rank, num_ranks) -> the rows of this rank's heads",
        hint="first see the three parts of the rows, then cut each of them",
        judge=_judge_heads,
        right="Each rank has whole heads: query, key and value of a head on one rank.",
    ),
    Exercise(
        asks="a number of GPUs: 1, 2, 4 or 8",
        hint="how many all-reduces has a block in inference? Work out the time for each number",
        judge=number(
            2,
            {
                4: "a block is two pairs: attention and MLP have an all-reduce each",
                1: "inference has no backward pass: two all-reduces a block, not four",
                8: "count the messages of all blocks: 160 all-reduces of 0.4 ms take 64 ms",
            },
        ),
        right="60 ms, 30 + 16, 15 + 32, 7.5 + 64: more ranks share less, and wait longer.",
    ),
    Exercise(
        asks="the smallest number of micro-batches, a whole number",
        hint="solve (p - 1) / (m + p - 1) ≤ 0.05 for m",
        judge=number(
            133,
            {
                140: "that is idle over busy time; the bubble is the part of all time",
                152: "8 stages: p - 1 is 7",
                132: "at 132 it is a little more than 5 %",
                160: "idle over busy time, and with p instead of p - 1",
            },
        ),
        right="7 / (133 + 7) is exactly 5 %.",
    ),
    Exercise(
        asks="a number of micro-batches",
        hint="how many stages are there from this one to the last?",
        judge=number(
            6,
            {
                160: "that is GPipe, which keeps all",
                8: "that is the first rank",
                5: "it starts one more before the first gradient is back",
                3: "the later a stage, the fewer; count from the other end",
                2: "the later a stage, the fewer; count from the other end",
                7: "that is the second rank, number 1",
            },
        ),
        right="p - r: the last stage keeps one, the first all p, whatever m is.",
    ),
    Exercise(
        asks="a ratio: numbers sent with data parallelism over those with the layer split",
        hint="N is the batch of all ranks together",
        judge=number(
            8,
            {
                64: "all ranks together have more than 64 examples",
                1 / 8: "the other way round",
                49: "the weights are used for all inputs; what crosses is the number of outputs",
            },
            tolerance=1e-3,
        ),
        right="O / N = 4096 / 512: the inputs cancel, and so does (n - 1) / n.",
    ),
)
