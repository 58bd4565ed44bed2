import pytest
import torch
from torch import nn

from lsdl_helpers.measure.traffic import TrafficMode


def test_the_network_answers_as_without():
    net, x = nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.ones(2, 4)
    expected = net(x)
    with TrafficMode(net) as traffic:
        output = net(x)
    assert torch.equal(output, expected)
    assert traffic.flops["0"] == 2 * 2 * 4 * 3
    assert traffic.moved["1"] == 2 * 4 * 2 * 3


class Tries(nn.Module):
    """One of its parts fails, and it goes on without."""

    def __init__(self):
        super().__init__()
        self.narrow, self.wide = nn.Linear(3, 3), nn.Linear(4, 4)

    def forward(self, x):
        try:
            return self.narrow(x)
        except RuntimeError:
            return self.wide(x) @ x.T


def test_work_after_a_failure_is_that_of_the_module_that_does_it():
    net = Tries()
    with TrafficMode(net) as traffic:
        net(torch.ones(2, 4))
    assert traffic.flops == {"wide": 2 * 2 * 4 * 4, "": 2 * 2 * 2 * 4}


def test_hooks_are_gone_after_a_failure():
    net = nn.Linear(4, 3)
    with pytest.raises(RuntimeError), TrafficMode(net):
        net(torch.ones(2, 5))
    assert not net._forward_hooks
    assert not net._forward_pre_hooks
