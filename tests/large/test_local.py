"""The network of one convolution, and its convolution without shared weights."""

import pytest
import torch
from torch import nn

from lsdl_helpers.large import LocallyConnected, one_convolution


def num_parameters(network):
    return sum(p.numel() for p in network.parameters())


def test_parameters_counted_by_hand():
    assert num_parameters(one_convolution()) == 16 * (9 + 1) + (16 * 8 * 8 + 1) * 10 == 10_410
    assert num_parameters(one_convolution(pool=False)) == 16 * 10 + (16 * 16 * 16 + 1) * 10
    assert num_parameters(LocallyConnected(1, 16, 16)) == 16 * 16 * num_parameters(
        nn.Conv2d(1, 16, 3)
    )


@pytest.mark.parametrize("channels", [(1, 4), (3, 2)])
def test_with_equal_weights_at_all_positions_it_is_the_convolution(channels):
    convolution, layer = nn.Conv2d(*channels, 3, padding=1), LocallyConnected(*channels, 6)
    with torch.no_grad():
        layer.weight[:] = convolution.weight.flatten(1).T
        layer.bias[:] = convolution.bias[:, None]
    x = torch.rand(5, channels[0], 6, 6)
    torch.testing.assert_close(layer(x), convolution(x))


def test_a_weight_acts_at_its_position_alone():
    layer, x = LocallyConnected(1, 2, 4), torch.rand(3, 1, 4, 4)
    before = layer(x)
    with torch.no_grad():
        layer.weight[5, 4, 1] += 1  # row 1, column 1; the middle of the nine; channel 1
    changed = layer(x) - before
    torch.testing.assert_close(changed[:, 1, 1, 1], x[:, 0, 1, 1])
    changed[:, 1, 1, 1] = 0
    assert not changed.any()


@pytest.mark.parametrize("in_channels", [1, 4])
def test_the_first_weights_have_the_spread_of_torchs_convolution(in_channels):
    torch.manual_seed(0)
    layer = LocallyConnected(in_channels, 64, 16)
    convolution = nn.Conv2d(in_channels, 4096, 3)
    assert layer.weight.std(0).min() > 0, "its own at each position"
    for ours, theirs in zip(layer.parameters(), convolution.parameters(), strict=True):
        assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.03)
        assert ours.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.01)


def test_sizes_that_do_not_exist_are_named():
    with pytest.raises(ValueError, match="channels=0; it must be at least 1"):
        one_convolution(0)
    with pytest.raises(ValueError, match="in_channels=1, out_channels=0, side=4; each must"):
        LocallyConnected(1, 0, 4)
