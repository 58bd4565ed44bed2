import sys

import cloudpickle
import pytest
import torch
import torch.distributed as dist

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.collectives import Sent, ring_all_reduce

cloudpickle.register_pickle_by_value(sys.modules[__name__])
NUMEL = 12_012  # divisible by 1, 2, 3 and 4
DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.int64)


def both(numel, dtype=torch.float32):
    """The sum by hand and by the library of one rank, and what the rank has sent."""
    random = torch.Generator().manual_seed(dist.get_rank())
    values = (10 * torch.randn(numel, generator=random)).to(dtype).view(-1, 2)
    library = values.clone()
    dist.all_reduce(library)
    sent = ring_all_reduce(values)
    return values, library, sent


def several():
    return [both(NUMEL, dtype) for dtype in DTYPES] + [both(10), both(2)]


@pytest.fixture(scope="module", params=[1, 2, 3, 4])
def by_rank(request):
    return launch(several, request.param)


def test_all_ranks_have_the_same_bits(by_rank):
    for (first, _, _), *others in zip(*by_rank, strict=True):
        assert all(torch.equal(first, other) for other, _, _ in others)


def test_the_sum_is_that_of_the_library(by_rank):
    for values, library, _ in by_rank[0]:
        tolerance = {"rtol": 0, "atol": 2e-6 * library.abs().max().item()}
        if values.dtype != torch.bfloat16:
            torch.testing.assert_close(values, library, **tolerance)


def test_the_messages_and_bytes_are_those_of_the_formula(by_rank):
    n = len(by_rank)
    for results in by_rank:
        for dtype, (_, _, sent) in zip(DTYPES, results, strict=False):
            size = NUMEL * dtype.itemsize
            assert sent == Sent(2 * (n - 1), 2 * (n - 1) * size // n)


def test_pieces_that_differ_in_size_add_up(by_rank):
    n = len(by_rank)
    for k, numel in ((-2, 10), (-1, 2)):  # 2: some pieces are empty
        total = sum(results[k][2].num_bytes for results in by_rank)
        assert total == 2 * (n - 1) * numel * 4
        assert {results[k][2].messages for results in by_rank} == {2 * (n - 1)}


def test_a_transposed_matrix_is_refused():
    with pytest.raises(ValueError, match=r"strides \(1, 3\); they must be contiguous"):
        ring_all_reduce(torch.zeros(2, 3).t())
