"""The large network, its ensemble and the small ones."""

import pytest
import torch

from lsdl_helpers.compression import Ensemble, convolutional, perceptron
from lsdl_helpers.measure import cost


def test_the_counts_are_those_worked_out_by_hand():
    large, small = (cost(net, (1, 1, 16, 16)) for net in (convolutional(), perceptron()))
    assert large.parameters == (9 + 1) * 8 + (8 * 9 + 1) * 16 + (256 + 1) * 64 + (64 + 1) * 10
    assert large.multiply_adds == 256 * 8 * 9 + 64 * 16 * 8 * 9 + 256 * 64 + 64 * 10
    assert small.parameters == (256 + 1) * 256 + (256 + 1) * 10
    assert small.multiply_adds == 256 * 256 + 256 * 10


@pytest.mark.parametrize("net", [convolutional((4, 8), 0), convolutional((4, 8), 32),
                                 perceptron(16)])  # fmt: skip
def test_every_network_maps_pictures_to_logits(net):
    assert net(torch.rand(3, 1, 16, 16)).shape == (3, 10)


def test_dropout_stands_before_each_connected_layer():
    kinds = [type(layer).__name__ for layer in convolutional(dropout=0.5)]
    assert [kinds[k - 1] for k, kind in enumerate(kinds) if kind == "Linear"] == ["Dropout"] * 2


def test_an_ensemble_answers_with_the_mean_of_probabilities():
    members = [perceptron(8), perceptron(8)]
    x = torch.rand(5, 1, 16, 16)
    mean = sum(member(x).softmax(-1) for member in members) / 2
    torch.testing.assert_close(Ensemble(members)(x), mean.log())


@pytest.mark.parametrize(("build", "message"), [
    (lambda: convolutional((0, 8)), r"channels=\(0, 8\)"),
    (lambda: convolutional(dropout=1.0), "dropout=1.0"),
    (lambda: perceptron(0), "hidden=0"),
    (lambda: Ensemble([]), "at least one member"),
])  # fmt: skip
def test_mistakes_are_named(build, message):
    with pytest.raises(ValueError, match=message):
        build()
