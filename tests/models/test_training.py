import pytest
import torch
from torch import nn

from lsdl_helpers.models.training import History, error_rate, mean_loss, train


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(300, 6, generator=generator)
    return x, x[:, :3].argmax(1)  # the class is in three of six numbers


def network():
    torch.manual_seed(0)
    return nn.Linear(6, 3)


def test_it_learns(data):
    model = network()
    history = train(model, data, steps=200, seed=0)
    assert history.loss[0] > 2 * history.last(20)[0]
    assert history.last(20)[1] < 0.05
    assert error_rate(model, data) < 0.05


def test_the_last_steps_are_as_many_as_there_are():
    history = History(loss=(1.0, 3.0), error=(0.0, 0.5))
    assert history.last(1) == (3.0, 0.5)
    assert history.last(20) == (2.0, 0.25)
    with pytest.raises(ValueError, match="steps is 0; it must be at least 1"):
        history.last(0)


def test_the_seed_decides_the_batches(data):
    first, again = (train(network(), data, steps=5, seed=1) for _ in range(2))
    assert first == again
    assert first != train(network(), data, steps=5, seed=2)


def test_a_step_is_that_of_torch(data):
    """One step over all examples, without momentum: w - rate * (gradient + decay * w)."""
    model = network()
    weight, loss = model.weight, nn.functional.cross_entropy(model(data[0]), data[1])
    (gradient,) = torch.autograd.grad(loss, [weight])
    expected = weight.detach() - 0.5 * (gradient + 0.1 * weight.detach())
    options = {"learning_rate": 0.5, "momentum": 0.0, "weight_decay": 0.1}
    train(model, data, steps=1, seed=0, batch_size=300, **options)
    torch.testing.assert_close(model.weight.detach(), expected)


def test_the_cosine_falls_to_zero(data):
    """The second of two steps has half the rate, so the schedules part there and not before."""
    runs = [train(network(), data, steps=2, seed=0, schedule=name) for name in
            ("constant", "cosine")]  # fmt: skip
    assert runs[0].loss == runs[1].loss
    models = [network(), network()]
    for model, name in zip(models, ("constant", "cosine"), strict=True):
        train(model, data, steps=2, seed=0, schedule=name, momentum=0.0)
    assert not torch.equal(models[0].weight, models[1].weight)


@pytest.mark.parametrize(("options", "message"), [
    ({"schedule": "linear"}, "schedule is 'linear'; it must be one of constant, cosine"),
    ({"steps": 0}, "steps is 0; it must be at least 1"),
    ({"batch_size": 301}, "batch_size is 301; it must be from 1 to 300"),
])  # fmt: skip
def test_a_wrong_option_is_named(data, options, message):
    with pytest.raises(ValueError, match=message):
        train(network(), data, **{"steps": 1, "seed": 0} | options)


def test_the_mean_loss_is_that_of_torch_without_dropout(data):
    model = nn.Sequential(nn.Dropout(), network())
    expected = nn.functional.cross_entropy(model[1](data[0]), data[1]).item()
    assert mean_loss(model, data, batch_size=70) == pytest.approx(expected)  # 300 is no multiple
