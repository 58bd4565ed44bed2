"""Split by hand and by DTensor against one process: numbers, memory and messages."""

import sys

import cloudpickle
import pytest
import torch
import torch.distributed as dist
from torch import nn

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.model.tensor_parallel import (
    ColumnParallelLinear,
    TensorParallelGroup,
    gather_parameters,
    split_linear_layers,
)
from lsdl_helpers.parallel.model.transformer import TransformerBlock, block_parameters

cloudpickle.register_pickle_by_value(sys.modules[__name__])
WIDTH, HEADS, NUM_BLOCKS, STEPS = 32, 4, 2, 10


def blocks():
    torch.manual_seed(0)
    return nn.Sequential(*(TransformerBlock(WIDTH, HEADS) for _ in range(NUM_BLOCKS)))


def train(model, steps=STEPS):
    generator = torch.Generator().manual_seed(1)
    # Adam would hide a wrong factor of a gradient
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, foreach=False)
    for _ in range(steps):
        x = torch.randn(2, 8, WIDTH, generator=generator)
        optimizer.zero_grad()
        (model(x) - x.roll(1, 2)).square().mean().backward()
        optimizer.step()
    return model


def by_hand():
    group = TensorParallelGroup()
    columns, rows = TransformerBlock.columns, TransformerBlock.rows
    model = train(split_linear_layers(blocks(), group, columns=columns, rows=rows))
    held = sum(p.numel() for p in model.parameters())
    return gather_parameters(model), held, group.all_reduced_bytes


def by_dtensor():
    from torch.distributed.tensor import DTensor
    from torch.distributed.tensor.debug import CommDebugMode
    from torch.distributed.tensor.parallel import (
        ColwiseParallel,
        RowwiseParallel,
        parallelize_module,
    )

    mesh = dist.init_device_mesh("cpu", (dist.get_world_size(),))
    styles = dict.fromkeys(TransformerBlock.columns, ColwiseParallel())
    styles |= dict.fromkeys(TransformerBlock.rows, RowwiseParallel())
    first, model = blocks(), blocks()
    for block in (*first, *model):
        parallelize_module(block, mesh, styles)
    with CommDebugMode() as counter:  # in torch 2.11 it fails at a second forward pass
        train(first, steps=1)
    train(model)
    parts = [p.to_local() if isinstance(p, DTensor) else p for p in model.parameters()]
    whole = {
        name: (p.full_tensor() if isinstance(p, DTensor) else p).detach()
        for name, p in model.named_parameters()
    }
    return whole, sum(p.numel() for p in parts), counter.get_total_counts()


@pytest.fixture(scope="module")
def alone():
    return {name: p.detach() for name, p in train(blocks()).named_parameters()}


@pytest.mark.slow
@pytest.mark.parametrize(("way", "num_ranks"), [(by_hand, 2), (by_hand, 4), (by_dtensor, 2)])
def test_ten_steps_are_those_of_one_process(alone, way, num_ranks):
    for whole, held, messages in launch(way, num_ranks, backend="gloo"):
        assert whole.keys() == alone.keys()
        for name, parameter in whole.items():
            assert torch.allclose(parameter, alone[name], rtol=0, atol=3e-5), name
        assert held == NUM_BLOCKS * block_parameters(WIDTH, num_ranks)
        count = STEPS * messages if way is by_dtensor else len(messages)
        assert count == STEPS * NUM_BLOCKS * 4, "two forward and two backward"
        if way is by_hand:
            assert set(messages) == {2 * 8 * WIDTH * 4}, "bytes of the activations"


def odd():
    ColumnParallelLinear(nn.Linear(4, 7), TensorParallelGroup())


@pytest.mark.slow
def test_columns_must_be_a_multiple_of_the_ranks():
    with pytest.raises(RuntimeError, match="7 is no multiple of 2 ranks"):
        launch(odd, 2, backend="gloo")


def test_a_block_has_the_parameters_of_the_formula():
    block = TransformerBlock(64, 4)
    assert sum(p.numel() for p in block.parameters()) == block_parameters(64) == 49_984


def test_a_block_sees_no_later_token():
    torch.manual_seed(0)
    block, x = TransformerBlock(16, 4), torch.randn(1, 6, 16)
    changed = x.clone()
    changed[:, 3, 0] += 1
    same = torch.isclose(block(x), block(changed), atol=1e-6).all(2)[0]
    assert same.tolist() == [True, True, True, False, False, False]


def test_heads_must_divide_the_width():
    with pytest.raises(ValueError, match="width 10 is no multiple of 4 heads"):
        TransformerBlock(10, 4)
