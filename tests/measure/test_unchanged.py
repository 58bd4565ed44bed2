"""What looks at a network leaves it as it was: values, devices, modes, hooks, attributes."""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from lsdl_helpers.cpu import optimize_for_inference
from lsdl_helpers.measure import cost
from lsdl_helpers.measure.depth import convolutional_layers, longest_path
from lsdl_helpers.measure.unchanged import unchanged


def tied_modules():
    layer = nn.Linear(8, 8)
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def tied_weights():
    model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
    model[1].weight = model[0].weight
    return model


def shared_normalization():
    norm = nn.BatchNorm1d(8)
    return nn.Sequential(norm, nn.Linear(8, 8), norm)


def with_hooks():
    model = nn.Sequential(prune.l1_unstructured(nn.Linear(8, 8), "weight", 0.5), nn.Dropout())
    model[1].register_forward_hook(lambda module, inputs, output: output + 1)
    return model


class Remembers(nn.Module):
    """A forward that leaves its traces, and fails where asked to."""

    def __init__(self, fails=False):
        super().__init__()
        self.linear, self.shift, self.seen = nn.Linear(8, 8), torch.ones(8), []
        self.register_buffer("steps", torch.zeros(8))
        self.fails = fails

    def forward(self, x):
        self.last = x + self.shift
        self.seen.append(self.last)
        self.steps.add_(1)
        self.eval()
        if self.fails:
            raise RuntimeError("it fails")
        return self.linear(self.last + torch.ones(8)) + self.steps


NETWORKS = [tied_modules, tied_weights, shared_normalization, with_hooks, Remembers]
LOOKS = {
    "cost": lambda model: cost(model, (2, 8)),
    "longest_path": longest_path,
    "convolutional_layers": convolutional_layers,
    "optimize_for_inference": optimize_for_inference,
}


def state(model):
    """Return all that is held, by identity, and the bits of the tensors among it."""
    held = [(id(m), {k: id(v) for k, v in vars(m).items()}) for m in model.modules()]
    hooks = [list(v) for m in model.modules() for k, v in vars(m).items() if k.endswith("hooks")]
    tensors = [*model.state_dict(keep_vars=True).values(), *getattr(model, "seen", [])]
    tensors += [v for m in model.modules() for v in vars(m).values() if torch.is_tensor(v)]
    return held, hooks, [(id(t), t.detach().numpy().tobytes()) for t in tensors]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.__name__)
def test_who_looks_changes_nothing(network, look):
    model = network()
    before = state(model)
    if (network, look) == (with_hooks, "optimize_for_inference"):
        with pytest.raises(RuntimeError, match="deepcopy"):  # torch copies no pruned weights
            LOOKS[look](model)
    else:
        LOOKS[look](model)
    assert state(model) == before


@pytest.mark.parametrize("look", LOOKS)
def test_nor_where_the_forward_fails(look):
    model = Remembers(fails=True)
    before = state(model)
    with pytest.raises((RuntimeError, ValueError), match="it fails"):
        LOOKS[look](model)
    assert state(model) == before


def test_a_tensor_with_two_names_is_replaced_once():
    model = tied_weights()
    with unchanged(model, lambda tensor: tensor.to("meta")):
        assert model[0].weight is model[1].weight
        assert model[0].weight.device.type == "meta"
    assert isinstance(model[0].weight, nn.Parameter)
