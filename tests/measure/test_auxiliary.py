"""A training with auxiliary heads: what differs from one without, and what is returned."""

import pytest
import torch
from torch.nn import functional as F

from lsdl_helpers.measure import auxiliary
from lsdl_helpers.measure.auxiliary import gradient_norms, normalized_glyphs, train_with_heads
from lsdl_helpers.models.googlenet import TABLE_1
from lsdl_helpers.models.googlenet_small import googlenet_small

SETTINGS = {
    "batch_norm": False, "start": "torch", "optimizer": "sgd", "learning_rate": 0.03,
    "schedule": "constant", "steps": 2,
}  # fmt: skip


@pytest.fixture
def few(monkeypatch):
    """Few pictures in each batch and for the test."""
    monkeypatch.setattr(auxiliary, "BATCH_SIZE", 4)
    monkeypatch.setattr(auxiliary, "NUM_PICTURES", 20)


def first_batch(network, seed):
    (pictures, classes), _ = normalized_glyphs()
    rows = torch.randperm(len(classes), generator=torch.Generator().manual_seed(seed))[:4]
    return network(pictures[rows]), classes[rows]


@pytest.mark.usefixtures("few")
def test_the_first_norms_are_those_of_the_stated_loss():
    """Written out: the last layer's loss, and three tenths of each head's."""
    for heads in (False, True):
        torch.manual_seed(5)
        network = googlenet_small(batch_norm=False, start="torch", aux_logits=heads)
        network.to(memory_format=torch.channels_last)
        outputs, classes = first_batch(network, 5)
        main, *others = outputs if heads else (outputs,)
        loss = F.cross_entropy(main, classes)
        for other in others:
            loss = loss + 0.3 * F.cross_entropy(other, classes)
        loss.backward()
        run = train_with_heads(heads, 5, norms_at=(0, 1), **SETTINGS)
        assert run["norms"].keys() == {"0", "1"}
        assert run["norms"]["0"] != run["norms"]["1"]
        assert run["norms"]["0"] == pytest.approx(gradient_norms(network), rel=1e-3)


@pytest.mark.usefixtures("few")
def test_losses_are_the_last_layers_alone():
    """With a rate of 0 nothing changes, so that heads or none give the same."""
    settings = {**SETTINGS, "learning_rate": 0.0, "steps": 25}
    without, with_heads = (train_with_heads(heads, 0, **settings) for heads in (False, True))
    assert without["loss"] == with_heads["loss"]
    assert len(without["loss"]) == 2
    assert without["test_error"] == with_heads["test_error"] > 50


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("optimizer", auxiliary.OPTIMIZERS)
def test_both_optimizers_learn_and_a_seed_repeats(optimizer):
    settings = {**SETTINGS, "batch_norm": True, "start": "he", "steps": 40}
    settings |= {"optimizer": optimizer, "learning_rate": 0.01}
    first, again, other = (train_with_heads(True, seed, **settings) for seed in (0, 0, 1))
    assert first["loss"][-1] < first["loss"][0] - 0.2
    assert first == again
    assert first["loss"] != other["loss"]


def test_the_layers_from_the_first():
    network = googlenet_small(aux_logits=True)
    network(torch.rand(2, 1, 16, 16))[0].sum().backward()
    norms = gradient_norms(network)
    assert list(norms) == ["conv1", *TABLE_1, "fc"]
    assert norms["conv1"] == pytest.approx(network.conv1.conv.weight.grad.norm().item(), rel=1e-3)
    squares = sum(p.grad.square().sum() for p in network.inception4a.parameters() if p.dim() == 4)
    assert norms["4a"] == pytest.approx(squares.sqrt().item(), rel=1e-3)


def test_pictures_have_the_mean_and_variance_of_the_training_ones():
    (pictures, _), (others, _) = normalized_glyphs()
    assert pictures.mean().abs() < 1e-5
    assert pictures.std().item() == pytest.approx(1, abs=1e-5)
    assert len(others) == 2000
    assert 1e-4 < others.mean().abs() < 0.1, "by the mean of the training pictures"


@pytest.mark.parametrize(("options", "message"), [
    ({"optimizer": "lion"}, "optimizer is 'lion'; it must be one of adam, sgd"),
    ({"norms_at": (0, 2)}, r"norms_at is \(0, 2\); it must be of steps 0 to 1"),
    ({"start": "zero"}, "start is 'zero'"),
    ({"schedule": "linear"}, "schedule is 'linear'"),
])  # fmt: skip
def test_options_that_do_not_exist_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        train_with_heads(True, 0, **{**SETTINGS, **options})
