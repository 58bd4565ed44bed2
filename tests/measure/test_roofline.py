from dataclasses import replace

import pytest
from torch import nn

from lsdl_helpers.measure import Cost, LayerCost, cost, predict_time

KIB = 1024


def layer(name, *, multiply_adds=0, weight_bytes=0, moved_bytes=0):
    return LayerCost(name, "Layer", (1,), 0, multiply_adds, 0, weight_bytes, moved_bytes)


def test_arithmetic_decides_where_it_takes_longer(made):
    busy = layer("busy", multiply_adds=50_000_000, moved_bytes=16 * KIB)
    predicted = predict_time(Cost((busy,)), made)
    assert predicted.seconds == pytest.approx(1e-3 + 1e-6)
    assert predicted.layers[0].limited_by == "arithmetic"
    assert predict_time(Cost((busy,)), made, threads=2).seconds == pytest.approx(1e-3 / 1.8 + 1e-6)


def test_traffic_decides_where_it_takes_longer(made):
    predicted = predict_time(Cost((layer("copy", moved_bytes=2**24),)), made)
    assert predicted.seconds == pytest.approx(2**24 / 58e9 + 1e-6)
    assert predicted.share("traffic") == 1


def test_on_an_accelerator_the_launch_overlaps_the_work(made):
    layers = (layer("busy", multiply_adds=50_000_000), layer("small", multiply_adds=5))
    predicted = predict_time(Cost(layers), replace(made, device="cuda"))
    assert [x.seconds for x in predicted.layers] == pytest.approx([1e-3, 1e-6])


def test_weights_come_from_where_all_weights_fit(made):
    layers = tuple(
        layer(f"{k}", weight_bytes=2**27, moved_bytes=2**27 + 16 * KIB) for k in range(2)
    )
    one = 2**27 / 20e9 + 16 * KIB / 400e9 + 1e-6  # 2**28 in all: at the bandwidth of memory
    assert predict_time(Cost(layers), made).seconds == pytest.approx(2 * one)


def test_what_moves_nothing_takes_no_time(made):
    predicted = predict_time(Cost((layer("flatten"), layer("relu", moved_bytes=8))), made)
    assert [x.seconds > 0 for x in predicted.layers] == [False, True]
    assert predicted.table().index.tolist() == ["relu"]
    assert predicted.layers[1].limited_by == "launch"


def test_an_unknown_dtype_is_an_error(made):
    with pytest.raises(ValueError, match="no peak is known for float64"):
        predict_time(Cost(()), made, dtype="float64")


def test_normalization_activation_and_pooling_are_not_free(made):
    model = nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2)).eval()
    predicted = predict_time(cost(model, (1, 4, 8, 8)), made)
    assert all(x.traffic_s > 0 for x in predicted.layers)
    assert "ms predicted (0% arithmetic, 0% traffic, 100% launch)" in repr(predicted)
