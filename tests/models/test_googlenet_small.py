"""The small GoogLeNet: its widths, its depth, the heads, and how its weights start."""

import pytest
import torch
from torch import nn

from lsdl_helpers.models import googlenet
from lsdl_helpers.models.googlenet import GoogLeNetOutputs, Inception
from lsdl_helpers.models.googlenet_small import googlenet_small, narrow


def seeded(**options):
    torch.manual_seed(0)
    return googlenet_small(**options)


def num_parameters(model):
    return sum(p.numel() for p in model.parameters())


def trunk(model):
    return {k: v for k, v in model.state_dict().items() if not k.startswith("aux")}


def convolutions(model):
    return [m for m in model.modules() if isinstance(m, nn.Conv2d)]


def test_widths_are_those_of_the_paper_over_16_in_multiples_of_8():
    for row in googlenet.TABLE_1.values():
        for width in row:
            assert narrow(width) % 8 == 0
            assert 0 <= narrow(width) - width / 16 < 8
    model = seeded()
    assert all(c.out_channels % 8 == 0 for c in convolutions(model))
    assert sum(isinstance(m, Inception) for m in model.modules()) == 9


def test_parameters_and_depth():
    """Two layers a module, one before them and one behind: 20 with weights in depth."""
    assert round(num_parameters(googlenet_small(batch_norm=False)), -3) == 51_000
    depth = 1 + sum(2 for m in googlenet_small().modules() if isinstance(m, Inception)) + 1
    assert depth == 20


@pytest.mark.parametrize("batch_norm", [True, False])
def test_batch_normalization_stands_after_every_convolution_or_none(batch_norm):
    model = seeded(batch_norm=batch_norm, aux_logits=True)
    norms = sum(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    assert norms == (len(convolutions(model)) if batch_norm else 0)
    assert all((c.bias is None) == batch_norm for c in convolutions(model))
    assert any(c.kernel_size == (5, 5) for c in convolutions(model))


@pytest.mark.parametrize("start", ["he", "xavier", "torch"])
def test_the_trunk_is_the_same_with_heads_as_without(start):
    plain, heads = (seeded(aux_logits=on, start=start) for on in (False, True))
    assert trunk(plain).keys() == plain.state_dict().keys() == trunk(heads).keys()
    assert all(torch.equal(plain.state_dict()[k], v) for k, v in trunk(heads).items())


def test_heads_answer_in_training_only_from_4x4_maps():
    pictures = torch.rand(2, 1, 16, 16)
    model, seen = seeded(aux_logits=True), []
    for name in ("inception4a", "inception4d"):
        getattr(model, name).register_forward_hook(lambda *args: seen.append(args[-1].shape[2:]))
    outputs = model.train()(pictures)
    assert isinstance(outputs, GoogLeNetOutputs)
    assert [o.shape for o in outputs] == [(2, 10)] * 3
    assert seen == [(4, 4)] * 2
    assert model.eval()(pictures).shape == (2, 10)
    assert seeded().train()(pictures).shape == (2, 10)


def variances(start, fan):
    """Of the weights of convolutions, all of them together, as multiples of 1 / fan."""
    layers = convolutions(seeded(start=start, batch_norm=False, aux_logits=True))
    weights = [c.weight * fan(c.weight[0].numel(), c.weight[:, 0].numel()) ** 0.5 for c in layers]
    return torch.cat([w.flatten() for w in weights]).var().item()


def test_weights_start_with_the_stated_variance():
    assert variances("he", lambda fan_in, fan_out: fan_out) == pytest.approx(2, rel=0.03)
    assert variances("xavier", lambda fan_in, fan_out: fan_in + fan_out) == pytest.approx(
        2, rel=0.03
    )
    assert variances("torch", lambda fan_in, fan_out: fan_in) == pytest.approx(1 / 3, rel=0.03)


@pytest.mark.parametrize("start", ["he", "xavier", "torch"])
def test_biases_start_at_0_but_torchs(start):
    biases = torch.cat([c.bias for c in convolutions(seeded(start=start, batch_norm=False))])
    assert (biases.abs().max() > 0) == (start == "torch")


@pytest.mark.parametrize(("options", "message"), [
    ({"start": "zero"}, "start is 'zero'; it must be one of he, xavier, torch"),
    ({"num_classes": 0}, "num_classes is 0"),
    ({"in_channels": 1.5}, "in_channels is 1.5"),
])  # fmt: skip
def test_options_that_do_not_exist_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        googlenet_small(**options)
