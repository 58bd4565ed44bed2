import pytest
import torch
from torch import nn

from lsdl_helpers.cpu import SPEECH_WIDTHS, fully_connected, with_weight_bytes
from lsdl_helpers.measure import cost


def test_the_speech_network_has_the_papers_widths():
    with torch.device("meta"):
        model = fully_connected(SPEECH_WIDTHS)
    linear = [layer for layer in model if isinstance(layer, nn.Linear)]
    assert [layer.out_features for layer in linear] == [*[2000] * 5, 7969]
    weights = 440 * 2000 + 4 * 2000 * 2000 + 2000 * 7969
    assert weights == 32_818_000
    assert sum(p.numel() for p in model.parameters()) == weights + 5 * 2000 + 7969
    assert isinstance(model[1], nn.Sigmoid)
    assert isinstance(model[-1], nn.Linear)


def test_a_seed_repeats_the_weights_and_leaves_the_generator_alone():
    state = torch.get_rng_state()
    first, second, third = (fully_connected((4, 3), seed=seed)[0].weight for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("widths", [(4,), (4, 0)], ids=str)
def test_widths_are_two_or_more(widths):
    with pytest.raises(ValueError, match="allowed: two or more, each at least 1"):
        fully_connected(widths)


def test_smaller_weights_are_all_that_changes():
    before = cost(fully_connected((8, 4, 2)), (3, 8))
    after = with_weight_bytes(before, 1)
    assert after.parameters == before.parameters == 8 * 4 + 4 + 4 * 2 + 2
    assert after.weight_bytes == after.parameters
    assert before.moved_bytes - after.moved_bytes == 3 * after.parameters
    assert after.multiply_adds == before.multiply_adds
