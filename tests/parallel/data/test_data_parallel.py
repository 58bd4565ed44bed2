import sys
from contextlib import nullcontext

import cloudpickle
import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.collectives import SlowLink
from lsdl_helpers.parallel.data import DataParallel, make_buckets

cloudpickle.register_pickle_by_value(sys.modules[__name__])
STEPS, BATCH = 10, 24
TOLERANCE = {torch.float64: 1e-10, torch.float32: 3e-5}
WRAPPERS = {
    "one bucket": lambda network: DataParallel(network, bucket_bytes=2**30),
    "a bucket each": lambda network: DataParallel(network, bucket_bytes=1),
    "small buckets": lambda network: DataParallel(network, bucket_bytes=2000),
    "no overlap": lambda network: DataParallel(network, bucket_bytes=2000, overlap=False),
    "slow link": lambda network: DataParallel(
        network, bucket_bytes=2000, all_reduce=SlowLink(lambda num_bytes: 1e-4)
    ),
    "torch": DistributedDataParallel,
}


def make_network(dtype, seed):
    torch.manual_seed(seed)
    layers = nn.Linear(20, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 5)
    return nn.Sequential(*layers).to(dtype)


def train(wrap, dtype=torch.float32, parts=1):
    """The weights after ten steps of SGD with momentum, which shows a wrong factor.

    Rank 0 begins with seed 0, the others with seeds of their own. A batch is cut into parts
    whose gradients add up.
    """
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    network = make_network(dtype, seed=rank)
    wrapped = wrap(network)
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    random = torch.Generator().manual_seed(7)
    for _ in range(STEPS):
        x = torch.randn(BATCH, 20, generator=random, dtype=dtype)
        y = torch.randint(5, (BATCH,), generator=random)
        mine = torch.arange(rank, BATCH, num_ranks).chunk(parts)
        optimizer.zero_grad()
        for k, some in enumerate(mine, start=1):
            with nullcontext() if k == parts else wrapped.no_sync():
                (F.cross_entropy(wrapped(x[some]), y[some]) / parts).backward()
        if isinstance(wrapped, DataParallel):
            wrapped.finish()
        optimizer.step()
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def train_all():
    for_dtypes = {(k, d): train(w, d) for k, w in WRAPPERS.items() for d in TOLERANCE}
    with_parts = {(k, 3): train(WRAPPERS[k], parts=3) for k in ("small buckets", "torch")}
    alone = {("alone", d): train(lambda network: network, d) for d in TOLERANCE}
    return for_dtypes | with_parts | alone


@pytest.fixture(scope="module")
def one():
    return launch(train_all, 1)[0]


@pytest.fixture(scope="module", params=[2, 4])
def by_rank(request):
    return launch(train_all, request.param)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", WRAPPERS)
def test_ten_steps_on_several_ranks_are_those_of_one(one, by_rank, name, dtype):
    for weights in by_rank:
        assert torch.equal(weights[name, dtype], by_rank[0][name, dtype])
    difference = (by_rank[0][name, dtype] - one["alone", dtype]).abs().max().item()
    assert difference <= TOLERANCE[dtype]


def test_without_the_sum_they_would_differ(one, by_rank):
    alone = by_rank[0]["alone", torch.float32]
    assert (alone - one["alone", torch.float32]).abs().max() > 0.01


@pytest.mark.parametrize("name", ["small buckets", "torch"])
def test_a_batch_in_parts_gives_the_same_steps(one, by_rank, name):
    difference = by_rank[1][name, 3] - one["alone", torch.float32]
    assert difference.abs().max() <= 3e-5


def events(parts, **options):
    """In which order layers compute their gradients and buckets are sent, on one rank."""
    happened = []

    def all_reduce(values):
        happened.append(f"send {values.numel()}")
        return lambda: happened.append(f"wait {values.numel()}")

    network = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Linear(3, 4, bias=False))
    wrapped = DataParallel(network, all_reduce=all_reduce, **options)
    for parameter in network.parameters():
        parameter.register_hook(lambda grad: happened.append(f"gradient {grad.numel()}"))
    for k in range(parts):
        with nullcontext() if k == parts - 1 else wrapped.no_sync():
            wrapped(torch.ones(1, 2)).sum().backward()
    wrapped.finish()
    return happened


def orders():
    return {
        "overlap": events(1, bucket_bytes=1),
        "no overlap": events(1, bucket_bytes=1, overlap=False),
        "parts": events(2, bucket_bytes=2**20),
    }


def errors():
    """Return the error messages of two mistakes, on one rank."""
    network = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
    wrapped = DataParallel(network)
    network[1](torch.ones(1, 3)).sum().backward()
    messages = []
    for mistake in (lambda: network[1](torch.ones(1, 3)).sum().backward(), wrapped.finish):
        try:
            mistake()
        except RuntimeError as error:
            messages.append(str(error))
    return messages


@pytest.fixture(scope="module")
def single():
    return launch(lambda: (orders(), errors()), 1)[0]


def test_a_bucket_is_sent_while_the_next_gradient_is_still_to_come(single):
    order, _ = single
    assert order["overlap"] == [
        "gradient 12", "send 12", "gradient 6", "send 6", "wait 12", "wait 6",
    ]  # fmt: skip
    assert order["no overlap"] == [
        "gradient 12", "gradient 6", "send 12", "send 6", "wait 12", "wait 6",
    ]  # fmt: skip


def test_a_batch_in_parts_is_sent_once(single):
    order, _ = single
    assert order["parts"] == [*["gradient 12", "gradient 6"] * 2, "send 18", "wait 18"]


def test_a_forgotten_finish_and_a_missing_gradient_are_errors(single):
    _, (second, missing) = single
    assert second.startswith("a second backward pass; allowed after finish()")
    assert missing == "no gradient came for 0.weight, 0.bias"


def parted_network():
    """A network of many kinds of values, each of them another one on each rank."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 3, 2), nn.BatchNorm2d(3), nn.Linear(2, 1))
    network.to(memory_format=torch.channels_last)
    network[2].requires_grad_(False)
    for value in network.state_dict().values():
        value += dist.get_rank()
    network.register_buffer("mask", torch.arange(5) % 2 == dist.get_rank())
    network.register_buffer("nothing", torch.empty(0))
    network.register_buffer("strided", (torch.arange(6) + dist.get_rank())[::2])
    return network


def starts():
    mine, theirs = parted_network(), parted_network()
    before = {name: value.clone() for name, value in mine.state_dict().items()}
    DataParallel(mine)
    DistributedDataParallel(theirs)
    return before, mine.state_dict(), theirs.state_dict()


def test_all_ranks_start_with_all_that_rank_0_has():
    (before, *both), (other, mine, theirs) = launch(starts, 2, backend="gloo")
    assert not any(torch.equal(before[name], other[name]) for name in before if name != "nothing")
    for started in (*both, mine, theirs):
        torch.testing.assert_close(dict(started), before, rtol=0, atol=0)


def test_buckets_hold_the_last_parameters_first():
    parameters = list(nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 2)).parameters())
    buckets = make_buckets(parameters, bucket_bytes=24)  # weights of 32 and 16 bytes, biases of 8
    assert [[p.numel() for p in b.parameters] for b in buckets] == [[2, 4], [2, 8]]
    with pytest.raises(ValueError, match="bucket_bytes is 0; it must be at least 1"):
        make_buckets(parameters, 0)
