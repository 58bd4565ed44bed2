import copy

import pytest
import torch
from torch import nn

from lsdl_helpers.measure import cost
from lsdl_helpers.models import build, fold_batch_norm, list_models
from tests.models.twins import relative_difference

SIDES = {"inception_v3": 96}  # the others take 64 pixels


def num_normalizations(network):
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


def calibrated(network, x):
    """Set the statistics from one batch; at their start a normalization does next to nothing."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    with torch.no_grad():
        network.train()(x)
    return network.eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", list_models())
def test_every_network_answers_as_before(name):
    torch.manual_seed(0)
    side = SIDES.get(name, 32 if "cifar" in name else 64)
    x = torch.rand(2, 3, side, side).double()  # 152 layers multiply the rounding of float32
    network = calibrated(build(name, num_classes=10).double(), x)
    with torch.no_grad():
        expected, answer = network(x), fold_batch_norm(network)(x)
    assert relative_difference(expected[:1], expected[1:]) > 0.02, "the answer depends on the input"
    assert relative_difference(answer, expected) <= 1e-10


def test_of_a_pre_activation_network_one_a_block_goes():
    with torch.device("meta"):
        network = build("resnet20", variant="preact")
    num_blocks = 9
    assert num_normalizations(network) == 2 * num_blocks + 1
    assert num_normalizations(fold_batch_norm(network)) == num_blocks + 1


@pytest.mark.parametrize("name", list_models())
def test_no_network_keeps_one(name):
    with torch.device("meta"):
        assert num_normalizations(fold_batch_norm(build(name))) == 0


def test_the_network_is_left_as_it_is():
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1)).train()
    before = copy.deepcopy(network.state_dict())
    folded = fold_batch_norm(network)
    assert network.training
    assert not folded.training
    assert num_normalizations(network) == 1
    assert num_normalizations(folded) == 0
    torch.testing.assert_close(network.state_dict(), before, rtol=0, atol=0)
    assert network[2].weight is dict(folded.named_parameters())["2.weight"], "shared, not copied"


class Branching(nn.Module):
    """One convolution, read by a normalization and by an addition."""

    def __init__(self):
        super().__init__()
        self.convolution, self.normalization = nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)

    def forward(self, x):
        y = self.convolution(x)
        return self.normalization(y) + y


class Twice(nn.Module):
    """One convolution, called twice, each time before another normalization."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 3, 1)
        self.first, self.second = nn.BatchNorm2d(3), nn.BatchNorm2d(3)

    def forward(self, x):
        return self.second(self.convolution(self.first(self.convolution(x))))


class Shared(nn.Module):
    """One normalization, called after each of two convolutions."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        self.normalization = nn.BatchNorm2d(3)

    def forward(self, x):
        return self.normalization(self.second(self.normalization(self.first(x))))


@pytest.mark.parametrize(
    "network",
    [
        Branching(),
        Twice(),
        Shared(),
        nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 3, 1)),
        nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3, track_running_stats=False)),
    ],
)
def test_what_cannot_be_folded_stays(network):
    torch.manual_seed(0)
    x = torch.rand(2, 3, 4, 4)
    network, before = calibrated(network, x), num_normalizations(network)
    folded = fold_batch_norm(network)
    assert num_normalizations(folded) == before
    torch.testing.assert_close(folded(x), network(x))


def test_folding_leaves_the_work_and_takes_the_outputs_of_normalizations():
    with torch.device("meta"):
        network = build("resnet50").eval()
    before, after = (cost(n, (1, 3, 224, 224)) for n in (network, fold_batch_norm(network)))
    assert after.multiply_adds == before.multiply_adds
    gone = sum(x.activation_bytes for x in before.layers if x.kind == "BatchNorm2d")
    assert after.activation_bytes == before.activation_bytes - gone


class Undecided(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_a_network_that_decides_by_values_is_an_error():
    with pytest.raises(ValueError, match="cannot be traced: symbolically traced"):
        fold_batch_norm(Undecided())
