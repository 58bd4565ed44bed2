"""What cost() says of networks that it cannot count, and that it counts what it can."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from lsdl_helpers.measure import cost

ONES = torch.ones(8)


class Network(nn.Module):
    """A layer between what is done before it and after it."""

    def __init__(self, before=lambda x: x, after=lambda x: x):
        super().__init__()
        self.before, self.linear, self.after = before, nn.Linear(8, 8), after
        self.mean = torch.zeros(8)  # no buffer

    def forward(self, x):
        return self.after(self.linear(self.before(x) - self.mean))


@pytest.mark.parametrize("after", [
    lambda x: x + torch.arange(8),
    lambda x: torch.cat([x, torch.ones(2, 8)]),
    lambda x: x[:, torch.tensor([0, 3])],
    lambda x: {"out": x},
])  # fmt: skip
def test_what_works_elsewhere_is_counted(after):
    assert cost(Network(after=after), (2, 8)).multiply_adds == 2 * 8 * 8


@pytest.mark.parametrize(("after", "reason"), [
    (lambda x: x + ONES, "uses a tensor that its modules do not hold; register it as a buffer"),
    (lambda x: x * x.sum().item(), "depends on the values of a tensor"),
    (lambda x: x if x.sum() > 0 else -x, "depends on the values of a tensor"),
    (lambda x: x[x > 0], "depends on the values of a tensor"),
    (lambda x: x.cpu(), "depends on the values of a tensor"),
    (lambda x: x.tolist(), "depends on the values of a tensor"),
    (lambda x: torch.unique(x), "depends on the values of a tensor"),
    (lambda x: torch.as_tensor(np.sin(x)), "uses numpy"),
    (lambda x: x.numpy(), "uses numpy"),
])  # fmt: skip
def test_the_input_is_not_blamed_for_the_forward(after, reason):
    with pytest.raises(ValueError, match=f"^the network cannot be counted: its forward {reason}"):
        cost(Network(after=after), (2, 8))


def test_a_mistake_of_the_forward_is_its_own():
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        cost(Network(after=lambda x, y: x), (2, 8))


@pytest.mark.parametrize("network", [nn.Linear(4, 3), nn.Flatten(3)])
def test_an_input_of_another_shape_is_named(network):
    with pytest.raises(ValueError, match=r"does not take torch.float32 of shape \(2, 8\)"):
        cost(network, (2, 8))


def test_modules_without_shapes_or_source_are_named():
    with pytest.raises(ValueError, match=re.escape("1 (LazyLinear) is lazy and has no shapes yet")):
        cost(nn.Sequential(nn.ReLU(), nn.LazyLinear(3)), (2, 8))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_script_is_refused():
    model = nn.Sequential(nn.ReLU(), torch.jit.script(nn.Linear(8, 3)))
    with pytest.raises(ValueError, match=r"1 \(RecursiveScriptModule\) is a script; count the"):
        cost(model, (2, 8))


def test_token_ids():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    counted = cost(model, (1, 7), dtype=torch.int64)
    assert (counted.multiply_adds, counted.parameters) == (7 * 4 * 2, 10 * 4 + 4 * 2 + 2)


def takes_floats_for_ids():
    """Torch up to 2.11 does so, where tensors have no values."""
    try:
        nn.Embedding(2, 2, device="meta")(torch.empty(1, device="meta"))
    except RuntimeError:
        return False
    return True


@pytest.mark.skipif(takes_floats_for_ids(), reason="this torch finds no fault in it")
def test_floats_for_token_ids():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    with pytest.raises(ValueError, match=r"float32 of shape \(1, 7\).*give dtype=torch.int64"):
        cost(model, (1, 7))
