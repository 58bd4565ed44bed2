"""Right and wrong answers to the exercises of parallel/model_parallel, with their advice."""

import torch


def whole_heads(weight, rank, num_ranks):
    parts = weight.chunk(3, 0)
    return torch.cat([part.chunk(num_ranks, 0)[rank] for part in parts])


def plain_chunk(weight, rank, num_ranks):
    return weight.chunk(num_ranks, 0)[rank]


def another_order(weight, rank, num_ranks):
    return whole_heads(weight, rank, num_ranks).flip(0)


def columns(weight, rank, num_ranks):
    return weight.chunk(num_ranks, 1)[rank]


def another_rank(weight, rank, num_ranks):
    return whole_heads(weight, num_ranks - 1 - rank, num_ranks)


SOLUTIONS = {1: whole_heads, 2: 2, 3: 133, 4: 6, 5: 8.0}
WRONG = {
    1: [
        (plain_chunk, "queries without their keys"),
        (another_order, "in another order"),
        (columns, "returns shape"),
        (another_rank, "are not the rows"),
        (lambda weight, rank, num_ranks: None, "a tensor is wanted"),
        (lambda weight: weight, "raises TypeError"),
        (torch.zeros(3), "is a function"),
    ],
    2: [
        (4, "two pairs"),
        (1, "no backward pass"),
        (8, "160 all-reduces"),
        (16, "too large"),
    ],
    3: [
        (140, "idle over busy"),
        (152, "p - 1 is 7"),
        (132, "a little more"),
        (160, "with p instead"),
        (20, "too small"),
    ],
    4: [
        (160, "GPipe"),
        (8, "first rank"),
        (7, "second rank"),
        (5, "one more"),
        (3, "other end"),
        (2, "other end"),
    ],
    5: [
        (64, "more than 64"),
        (0.125, "other way round"),
        (49, "number of outputs"),
        (1.0, "too small"),
    ],
}
