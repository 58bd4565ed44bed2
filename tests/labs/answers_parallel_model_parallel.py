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


SOLUTIONS = {1: whole_heads, 2: 133, 3: 6, 4: 8.0, 5: 25.39}
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
        (140, "idle over busy"),
        (152, "p - 1 is 7"),
        (132, "a little more"),
        (160, "with p instead"),
        (20, "too small"),
    ],
    3: [
        (160, "GPipe"),
        (8, "first rank"),
        (7, "second rank"),
        (5, "one more"),
        (3, "other end"),
        (2, "other end"),
    ],
    4: [
        (64, "more than 64"),
        (0.125, "other way round"),
        (49, "number of outputs"),
        (1.0, "too small"),
    ],
    5: [
        (33.85, "n - 1"),
        (12.7, "2 bytes"),
        (50.78, "two operations"),
        (76.17, "three times"),
        (6.348, "divided by 4"),
        (101.6, "divided by 4"),
        (1.0, "too small"),
    ],
}
