import json

import pytest
import torch
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from lsdl_helpers.measure import peak_bytes

N, D, V = 8, 4, 100
LOGITS = N * V * 4  # bytes


@pytest.fixture
def example():
    torch.manual_seed(0)
    hidden, weight = torch.randn(N, D), torch.randn(V, D)
    return hidden.requires_grad_(), weight.requires_grad_(), torch.arange(N)


def test_what_was_there_before_and_views_of_it_count_nothing():
    x = torch.ones(1000)
    assert peak_bytes(lambda: x.view(10, 100).T[2:]) == 0
    assert peak_bytes(lambda: x.add_(1)) == 0


def test_what_is_gone_before_the_next_is_made_counts_once():
    x = torch.ones(1000)

    def in_turn():
        for _ in range(3):
            y = x + 1
            del y

    def together():
        return [x + 1 for _ in range(3)]

    assert peak_bytes(in_turn) == 4000
    assert peak_bytes(together) == 12_000


def test_a_view_keeps_its_storage_alive():
    x = torch.ones(1000)

    def keep(make):
        kept = make(x + 1)
        return kept, x + 2

    assert peak_bytes(lambda: keep(lambda y: y[:1])) == 8000
    assert peak_bytes(lambda: keep(lambda y: y[:1].clone())) == 4004


def test_numbers_of_other_sizes_and_sparse_tensors():
    x = torch.ones(1000)
    assert peak_bytes(lambda: x.double()) == 8000
    dense = torch.eye(5)  # as sparse: 5 pairs of indices of 8 bytes, and 5 numbers
    assert peak_bytes(lambda: dense.to_sparse()) >= 5 * (2 * 8 + 4)
    sparse = dense.to_sparse()
    assert peak_bytes(lambda: sparse.clone()) == 5 * (2 * 8 + 4)


def test_forward_of_a_cross_entropy_holds_the_logits_twice(example):
    hidden, weight, target = example
    with torch.no_grad():
        assert peak_bytes(lambda: F.cross_entropy(hidden @ weight.T, target)) == 2 * LOGITS + 8


def test_forward_and_backward_hold_them_three_times(example):
    hidden, weight, target = example
    peak = peak_bytes(lambda: F.cross_entropy(hidden @ weight.T, target).backward())
    small = 4 * (D * (N + V) + 10)  # gradients of hidden and weight; loss, its gradient, counts
    assert 3 * LOGITS <= peak <= 3 * LOGITS + small


def test_the_weights_gradient_counts_dense_or_sparse(example):
    _, weight, target = example

    def look_up(sparse):
        weight.grad = None
        F.embedding(target, weight, sparse=sparse).sum().backward()

    dense = peak_bytes(lambda: look_up(False))
    sparse = peak_bytes(lambda: look_up(True))
    assert dense - sparse == pytest.approx(4 * V * D, abs=4 * N * (D + 2))
    assert sparse < 4 * (2 * N * D + 4 * N)


def test_activations_that_are_recomputed_do_not_count(example):
    hidden, _, _ = example

    def deep(x):
        for _ in range(10):
            x = (x + 1).exp().log()
        return x

    whole = peak_bytes(lambda: deep(deep(hidden)).sum().backward())
    less = peak_bytes(
        lambda: checkpoint(deep, checkpoint(deep, hidden, use_reentrant=False),
                           use_reentrant=False).sum().backward()
    )  # fmt: skip
    assert less < 0.7 * whole


def test_it_counts_what_the_allocator_gives(example, tmp_path, capfd):
    hidden, weight, target = example

    def step():
        F.cross_entropy(hidden @ weight.T, target).backward()

    cpu = [torch.profiler.ProfilerActivity.CPU]
    with torch.profiler.profile(activities=cpu, profile_memory=True) as profile:
        step()
    profile.export_chrome_trace(str(tmp_path / "trace.json"))
    capfd.readouterr()  # the profiler writes there
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    memory = sorted(
        (event["ts"], event["args"]["Bytes"]) for event in events if event["name"] == "[memory]"
    )
    alive = peak = 0
    for _, change in memory:
        alive += change
        peak = max(peak, alive)
    hidden.grad = weight.grad = None
    assert peak_bytes(step) == peak


def test_an_error_within_is_raised_and_nothing_stays_counted():
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        peak_bytes(lambda: torch.ones(2, 3) @ torch.ones(2, 3))
    assert peak_bytes(lambda: torch.ones(10)) == 40
