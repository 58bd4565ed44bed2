"""The stored errors of experiments/resnet.py: their form, what the page says, and one again."""

import pytest
import torch
from torch import nn

from experiments import resnet
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results

STORED = results.load("resnet")


def means(part, kind, layers):
    """Return the mean error by learning rate."""
    return {
        row["learning_rate"]: sum(row["error"]) / len(row["error"])
        for row in STORED[part]
        if (row["kind"], row["layers"]) == (kind, layers)
    }


def test_the_errors_were_found_with_the_settings_of_the_script():
    assert STORED["settings"] == resnet.SETTINGS
    for part in resnet.PARTS:
        settings = resnet.SETTINGS[part]
        runs = [
            (kind, layers, rate)
            for kind, layers in settings["networks"]
            for rate in settings["learning_rates"]
        ]
        assert [tuple(row.values())[:3] for row in STORED[part]] == runs
        assert all(len(row["error"]) == len(resnet.SETTINGS["seeds"]) for row in STORED[part])


def test_the_deep_plain_network_fails_at_every_rate_and_it_alone():
    assert min(means("by_depth", "plain", 56).values()) > 50
    others = [("plain", 20), ("residual", 20), ("residual", 56)]
    assert max(min(means("by_depth", *other).values()) for other in others) < 0.2


def test_more_steps_do_not_cure_it_and_equal_ones_do_by_half():
    assert min(means("longer", "plain", 56).values()) > 40
    plain = means("equal_steps", "plain", 56)
    assert 25 < plain[0.01] == min(plain.values()) < 40
    assert min(means("equal_steps", "plain", 20).values()) < 0.5


def test_the_better_order_at_110_layers_depends_on_the_rate():
    v1, preact = means("at_110", "v1", 110), means("at_110", "preact", 110)
    assert v1[0.1] > 10 * preact[0.1]
    assert v1[0.01] < preact[0.01]


def test_at_110_layers_each_order_does_best_inside_the_rates():
    v1 = means("at_110", "v1", 110) | means("v1_lower", "v1", 110)
    preact = means("at_110", "preact", 110) | means("preact_higher", "preact", 110)
    for errors in (v1, preact):
        assert min(errors, key=errors.get) not in (min(errors), max(errors))
    shallow = means("shallow", "v1", 20)
    assert 0.5 < min(v1.values()) - min(shallow.values()) < 2


def test_equal_steps_make_a_gradient_a_tenth_as_long_as_its_weights():
    layer = nn.Linear(4, 3)
    layer(torch.rand(5, 4)).sum().backward()
    before, of_bias = layer.weight.grad.clone(), layer.bias.grad.clone()
    resnet.equal_steps(torch.optim.SGD(layer.parameters(), 1.0))
    torch.testing.assert_close(layer.weight.grad.norm(), 0.1 * layer.weight.norm())
    assert torch.cosine_similarity(layer.weight.grad, before).min() > 0.999
    assert torch.equal(layer.bias.grad, of_bias)


@pytest.mark.slow
def test_a_seed_gives_the_stored_error_again(reproducibly):
    row = next(row for row in STORED["by_depth"] if row["learning_rate"] == 0.03)
    steps = resnet.SETTINGS["by_depth"]["steps"]
    again = reproducibly("resnet", f"resnet.error('plain', 20, 0, {steps}, 0.03)")
    assert again == (row["error"][0] if is_x86() else pytest.approx(row["error"][0], abs=5))
