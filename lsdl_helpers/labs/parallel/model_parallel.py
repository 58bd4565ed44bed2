"""Exercises of the chapter parallel/model_parallel."""

from typing import Any

import torch

from lsdl_helpers.labs.checks import Exercise, Function, Number


def _heads(weight: torch.Tensor, rank: int, num_ranks: int) -> torch.Tensor:
    return torch.cat([part.chunk(num_ranks)[rank] for part in weight.chunk(3)])


def _examine_heads(answer: Any) -> str | None:
    pairs = [(rank, num_ranks) for num_ranks in (1, 2, 4) for rank in range(num_ranks)]
    return next(filter(None, (_examine_rank(answer, *pair) for pair in pairs)), None)


def _examine_rank(answer: Any, rank: int, num_ranks: int) -> str | None:
    weight = torch.arange(192.0).view(24, 8)  # 4 heads of width 2
    expected = _heads(weight, rank, num_ranks)
    given = f"of rank {rank} of {num_ranks}, for a weight of shape {tuple(weight.shape)}"
    part = answer(weight.clone(), rank, num_ranks)
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
        title="Whole heads",
        question="Many networks order the rows of the weight of queries, keys and values not by "
        "head but as all queries, then all keys, then all values, shape $(3D, D)$, each with "
        "its heads in order. Write a function that takes that weight, the rank and the number "
        "of ranks, and returns the rows of this rank's heads: again all its queries, then its "
        "keys, then its values.",
        hint="first see the three parts of the rows, then cut each of them",
        judge=Function("(weight, rank, num_ranks)", _examine_heads),
        remark="Each rank has whole heads: query, key and value of a head on one rank.",
        wrong=(
            (lambda w, rank, n: w.chunk(n)[rank], "queries without their keys"),
            (lambda w, rank, n: _heads(w, rank, n).flip(0), "in another order"),
            (lambda w, rank, n: w.chunk(n, 1)[rank], "returns shape"),
            (lambda w, rank, n: _heads(w, n - 1 - rank, n), "are not the rows"),
            (lambda w, rank, n: None, "a tensor is wanted"),
        ),
    ),
    Exercise(
        title="Sooner or later",
        question="One GPU answers with a network of 80 transformer blocks in 60 ms. Split by "
        "columns and rows, its arithmetic divides evenly, and an all-reduce takes 0.1 ms among "
        "2 GPUs, 0.2 ms among 4 and 0.4 ms among 8. How many GPUs, 1, 2, 4 or 8, answer soonest?",
        hint="how many all-reduces has a block in inference? Work out the time for each number",
        judge=Number(
            2,
            {
                4: "a block is two pairs: attention and MLP have an all-reduce each",
                1: "inference has no backward pass: two all-reduces a block, not four",
                8: "count the messages of all blocks: 160 all-reduces of 0.4 ms take 64 ms",
            },
        ),
        remark="60 ms, 30 + 16, 15 + 32, 7.5 + 64: more ranks share less, and wait longer.",
    ),
    Exercise(
        title="A bubble of 5 %",
        question="A network is cut into 8 stages and trained with 1F1B. How many micro-batches "
        "does it take for a bubble of at most 5 %?",
        hint="solve (p - 1) / (m + p - 1) ≤ 0.05 for m",
        judge=Number(
            133,
            {
                140: "that is idle over busy time; the bubble is the part of all time",
                152: "8 stages: p - 1 is 7",
                132: "at 132 it is a little more than 5 %",
                160: "idle over busy time, and with p instead of p - 1",
            },
        ),
        remark="7 / (133 + 7) is exactly 5 %.",
    ),
    Exercise(
        title="What the third rank keeps",
        question="A pipeline of 8 stages trains with 1F1B and 160 micro-batches. For how many "
        "micro-batches does the third rank (number 2) keep activations at the worst moment?",
        hint="how many stages are there from this one to the last?",
        judge=Number(
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
        remark="p - r: the last stage keeps one, the first all p, whatever m is.",
    ),
    Exercise(
        title="Weights or inputs",
        question="A fully connected layer has 25,088 inputs and 4096 outputs; leave out the "
        "biases. 8 ranks train with 64 examples each. How many times as much is sent with data "
        "parallelism as with the layer split over the ranks?",
        hint="N is the batch of all ranks together",
        judge=Number(
            8,
            {
                64: "all ranks together have more than 64 examples",
                1 / 8: "the other way round",
                49: "the weights are used for all inputs; what crosses is the number of outputs",
            },
            tolerance=1e-3,
        ),
        remark="O / N = 4096 / 512: the inputs cancel, and so does (n - 1) / n.",
    ),
)
