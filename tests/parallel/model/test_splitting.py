import pytest
import torch
from torch import nn

from lsdl_helpers.models import build
from lsdl_helpers.parallel.model.splitting import (
    WAYS,
    LayerSize,
    add_shares,
    data_parallel_share,
    layer_sizes,
    model_parallel_share,
    needed_bandwidth,
    plan,
    transformer_shares,
)

WHOLE = LayerSize("fc", weights=4097 * 1000, inputs=4096, outputs=1000, multiply_adds=4096 * 1000)


@pytest.fixture(scope="module")
def vgg16():
    with torch.device("meta"):
        return layer_sizes(build("vgg16").eval(), (1, 3, 224, 224))


def test_vgg16_has_the_papers_weights_in_its_layers(vgg16):
    assert len(vgg16) == 16
    assert sum(layer.weights for layer in vgg16) == 138_357_544
    assert sum(layer.multiply_adds for layer in vgg16) == 15_470_264_320
    first, last = vgg16[0], vgg16[-1]
    assert (first.inputs, first.outputs) == (3 * 224 * 224, 64 * 224 * 224)
    assert (last.inputs, last.outputs) == (4096, 1000)


@pytest.mark.parametrize("batch", [32, 128, 512])
def test_krizhevskys_answer_comes_out(vgg16, batch):
    ways = plan(vgg16, num_ranks=8, batch=batch)
    assert all(ways[x.name] == ("model" if "classifier" in x.name else "data") for x in vgg16)


def test_the_crossing_batch_sends_the_same_both_ways(vgg16):
    for layer in vgg16:
        batch = layer.crossing_batch
        both = [way(layer, 8, batch).sent for way in WAYS.values()]
        assert both[0] == pytest.approx(both[1])
    assert vgg16[-1].crossing_batch == pytest.approx(1000, rel=1e-3), "the number of outputs"


def test_the_ranks_share_the_work_of_one():
    alone = data_parallel_share(WHOLE, 1, 64)
    assert alone == model_parallel_share(WHOLE, 1, 64)
    assert alone.sent == 0
    for n in (2, 8):
        data, model = (way(WHOLE, n, 64) for way in WAYS.values())
        assert n * data.multiply_adds == n * model.multiply_adds == alone.multiply_adds
        assert n * model.weights == data.weights == WHOLE.weights
        assert n * data.inputs == model.inputs == 64 * 4096


def test_the_mixture_sends_less_than_either_way_alone(vgg16):
    ways = plan(vgg16, num_ranks=8, batch=128)
    mixture = add_shares(WAYS[ways[x.name]](x, 8, 128) for x in vgg16)
    data, model = (add_shares(way(x, 8, 128) for x in vgg16) for way in WAYS.values())
    assert data.sent == pytest.approx(2 * 7 / 8 * 138_357_544)
    expected = 2 * 7 / 8 * (14_714_688 + 128 * (25_088 + 4096 + 4096))
    assert mixture.sent == pytest.approx(expected)
    assert mixture.sent < min(data.sent, model.sent)
    assert mixture.weights == 14_714_688 + (138_357_544 - 14_714_688) / 8
    assert mixture.multiply_adds == pytest.approx(3 * 128 / 8 * 15_470_264_320)


def test_transformer_against_its_layers():
    """A pair of layers that is split by columns, then rows, saves the exchange in between."""
    D, T, n = 64, 100, 4
    shares = transformer_shares(D, 1, n, T)
    block = LayerSize("", 12 * D**2, D, D, 12 * D**2)
    assert shares["data"] == data_parallel_share(block, n, T)
    each = 2 * (n - 1) / n * T * D
    assert shares["tensor"].sent == 4 * each
    assert shares["tensor"].weights == shares["pipeline"].weights == block.weights / n
    crossing = 3 * D
    equal = transformer_shares(D, 5, n, crossing)
    assert equal["tensor"].sent == equal["data"].sent, "3 D tokens"


def test_needed_bandwidth():
    share = transformer_shares(12288, 96, 8, 2048)["tensor"]
    assert needed_bandwidth(share, 989.4e12, 2) == pytest.approx(7 * 2 * 989.4e12 / (9 * 12288))


def test_one_example_is_counted():
    with pytest.raises(ValueError, match="the batch is 2"):
        layer_sizes(nn.Linear(2, 4), (2, 2))
