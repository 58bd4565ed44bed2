import pytest
import torch

from lsdl_helpers.dynamic import convolutional_network, dense_network, subsampled_network
from lsdl_helpers.measure import cost

NETWORKS = {
    "quick": (subsampled_network, 100 * 16 + 16),
    "dense": (dense_network, 400 * 32 + 32),
    "large": (
        lambda: convolutional_network(32, 64, 64),
        400 * 9 * 32 + 100 * 9 * 32 * 64 + 25 * 64 * 64 + 64,
    ),
}


@pytest.mark.parametrize(("build", "multiply_adds"), NETWORKS.values(), ids=NETWORKS)
def test_a_score_a_window_at_the_cost_that_the_page_names(build, multiply_adds):
    network = build()
    assert network(torch.rand(5, 1, 20, 20)).shape == (5,)
    assert cost(network, (1, 1, 20, 20)).multiply_adds == multiply_adds


def test_the_subsampled_network_sees_every_second_pixel():
    x = torch.zeros(1, 1, 20, 20)
    pixels = subsampled_network()[0]
    assert pixels(x).shape == (1, 100)
    x[:, :, 1::2, 1::2] = 1
    assert pixels(x).min() == 1
    assert pixels(1 - x).max() == 0
