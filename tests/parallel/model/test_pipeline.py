"""Pipelines on real processes: gradients, and the order of what the processes do."""

import sys

import cloudpickle
import pytest
import torch
import torch.distributed as dist
from torch import nn

from lsdl_helpers.launch import join, launch
from lsdl_helpers.parallel.model.pipeline import PipelineStage, forward_backward, make_schedule
from lsdl_helpers.parallel.model.pipeline_simulator import orders
from lsdl_helpers.parallel.model.waiting_stage import measure_trace

cloudpickle.register_pickle_by_value(sys.modules[__name__])
CASES = [("gpipe", 4, 8, 1), ("1f1b", 4, 8, 1), ("interleaved", 4, 8, 2)]


def network(num_stages):
    torch.manual_seed(0)
    return [nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(num_stages)]


def gradients_of(stages, p, rank):
    return [q.grad.clone() for stage in stages[rank::p] for q in stage.parameters()]


def differences(schedule, m, v):
    p, rank = dist.get_world_size(), dist.get_rank()
    stages = network(p * v)
    inputs, targets = torch.randn(2, 2 * m, 8)
    loss = nn.functional.mse_loss
    run = make_schedule(schedule, stages[rank::p], m, inputs[:2], loss)
    forward_backward(run, inputs, targets)
    piped = gradients_of(stages, p, rank)
    nn.Sequential(*stages).zero_grad()
    loss(nn.Sequential(*stages)(inputs), targets).backward()
    whole = gradients_of(stages, p, rank)
    pairs = zip(piped, whole, strict=True)
    return [(float((a - b).abs().max()), float(b.abs().max())) for a, b in pairs]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_one_process(case):
    schedule, p, m, v = case
    for rank in launch(differences, p, schedule, m, v, backend="gloo"):
        assert len(rank) == 2 * v
        for difference, size in rank:
            assert difference < 1e-6 < size


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_trace_has_the_simulators_order(case):
    spans = measure_trace(*case, forward_s=0.002, backward_s=0.004)
    order = [[s.step for s in spans if s.rank == rank] for rank in range(case[1])]
    assert order == orders(*case)
    ends = {span.step: span.end for span in spans}
    for _, (kind, stage, micro_batch), start, end in spans:
        assert end - start >= 0.002
        neighbor = (kind, stage - 1 if kind == "F" else stage + 1, micro_batch)
        assert start >= ends.get(neighbor, 0.0), "one clock for all processes"
    assert spans[0].start == 0


def test_under_gloo_a_stage_does_no_handshake():
    """In torch 2.9 the handshake has 8 bytes where 4 are expected, which ends the process."""
    with join("gloo"):
        stage = PipelineStage(nn.Identity(), 0, 2, torch.device("cpu"))
        assert stage._get_init_p2p_neighbors_ops() == []


def test_what_is_refused():
    with join("gloo"):
        with pytest.raises(ValueError, match="must be one of gpipe"):
            make_schedule("zero", [nn.Identity()], 2, torch.zeros(1, 8), None)
        with pytest.raises(ValueError, match="1f1b with 2 chunks; it takes 1 chunk"):
            make_schedule("1f1b", [nn.Identity()] * 2, 2, torch.zeros(1, 8), None)
    with pytest.raises(ValueError, match="6 micro-batches on 4 ranks"):
        measure_trace("interleaved", 4, 6, 2)
