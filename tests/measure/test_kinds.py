import pytest
import torch
from torch import nn

from lsdl_helpers.measure import cost, layer_kind, time_by_kind, work_by_kind
from lsdl_helpers.measure.kinds import KINDS
from lsdl_helpers.models import build, list_models

X = (1, 8, 6, 6)
LAYERS = [
    (nn.Conv2d(8, 4, 3), "3x3 and larger", 4 * 4 * 4 * 9 * 8),
    (nn.Conv2d(8, 4, (1, 3)), "3x3 and larger", 4 * 6 * 4 * 3 * 8),
    (nn.Conv2d(8, 4, 3, groups=2), "3x3 and larger", 4 * 4 * 4 * 9 * 4),
    (nn.Conv2d(8, 4, 1), "1x1", 4 * 36 * 8),
    (nn.Conv2d(8, 8, 3, groups=8), "depthwise", 8 * 16 * 9),
    (nn.Conv2d(8, 8, 1, groups=8), "depthwise", 8 * 36),
    (nn.Linear(6, 2, bias=False), "fully connected", 4 * (48 * 6 + 12 + 48 * 2)),
    (nn.MaxPool2d(3, 1), "max-pooling", 8 * 16 * 9),
    (nn.MaxPool2d((1, 2)), "max-pooling", 8 * 18 * 2),
    (nn.AvgPool2d(2), "average pooling", 8 * 9 * 4),
    (nn.ReLU(), "the rest", 4 * 2 * 8 * 36),
]


@pytest.mark.parametrize(("layer", "kind", "amount"), LAYERS, ids=lambda v: str(v)[:24])
def test_one_layer_is_of_one_kind(layer, kind, amount):
    assert work_by_kind(layer, X) == dict.fromkeys(KINDS, 0) | {kind: amount}
    pooling = isinstance(layer, nn.MaxPool2d | nn.AvgPool2d)
    assert layer_kind(layer) == ("the rest" if pooling else kind)
    taken = time_by_kind(layer.eval(), torch.rand(X), passes=1)
    assert taken[kind] > 0
    assert not any(taken[k] for k in KINDS if k not in (kind, "the rest"))


@pytest.mark.parametrize("name", list_models())
def test_convolutions_have_the_work_that_cost_counts(name):
    with torch.device("meta"):
        network = build(name).eval()
    side = 299 if name in ("inception_v3", "xception") else 32 if "cifar" in name else 224
    work, counted = work_by_kind(network, (1, 3, side, side)), cost(network, (1, 3, side, side))
    convolutions = sum(n for kind, n in work.items() if KINDS[kind] == "multiply-adds")
    connected = sum(x.multiply_adds for x in counted.layers if x.kind == "Linear")
    assert convolutions + connected == counted.multiply_adds
    in_bytes = sum(n for kind, n in work.items() if KINDS[kind] == "bytes")
    assert 0 < in_bytes < counted.moved_bytes


def test_the_network_is_left_as_it_is_and_inference_mode_changes_nothing():
    layer, x = nn.Conv2d(3, 4, 3).train(), torch.rand(1, 3, 9, 9)
    with torch.inference_mode():
        taken = time_by_kind(layer, x, passes=1)
    assert taken["3x3 and larger"] > 0
    assert layer.training
    assert layer.weight.grad is None
    work_by_kind(layer, tuple(x.shape))
    assert layer.weight.device.type == "cpu"


class Threads(nn.Module):
    """Notes how many threads torch uses."""

    def forward(self, x):
        self.used = torch.get_num_threads()
        return x + 1


def test_one_thread_computes_and_their_number_is_set_back():
    before, network = torch.get_num_threads(), Threads()
    torch.set_num_threads(2)
    try:
        time_by_kind(network, torch.rand(3), passes=1)
        assert (network.used, torch.get_num_threads()) == (1, 2)
    finally:
        torch.set_num_threads(before)


def test_no_pass_is_an_error():
    with pytest.raises(ValueError, match="passes is 0; it must be at least 1"):
        time_by_kind(nn.ReLU(), torch.rand(3), passes=0)
