import pytest
import torch
from torch import nn

from lsdl_helpers.training import error_rate, fit, mean_loss, random_batches, train_classifier


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
    history = train_classifier(model, data, steps=200, seed=0)
    assert history.loss[0] > 2 * history.loss[-1]
    assert history.error[-1] < 0.05 < history.error[0]
    assert error_rate(model, data) < 0.05


def test_the_seed_decides_the_batches(data):
    first, again = (train_classifier(network(), data, steps=5, seed=1) for _ in range(2))
    assert first == again
    assert first != train_classifier(network(), data, steps=5, seed=2)


@pytest.mark.parametrize("replacement", [False, True])
def test_a_batch_holds_an_example_twice_only_with_replacement(replacement):
    rows = torch.arange(20)
    draw = random_batches((rows, -rows), 20, torch.Generator(), replacement)
    (inputs, targets), (others, _) = draw(), draw()
    assert torch.equal(inputs, -targets)
    assert not torch.equal(inputs, others)
    assert (len(set(inputs.tolist())) < 20) == replacement


def test_a_network_of_two_inputs_learns_by_a_loss_of_its_own():
    product = nn.Bilinear(1, 1, 1, bias=False)  # w x y
    x, y, target = (torch.tensor([[number]]) for number in (2.0, 3.0, 12.0))
    losses = fit(product, lambda: (x, y, target), nn.functional.mse_loss, steps=100,
                 optimizer=torch.optim.SGD(product.parameters(), 0.01))  # fmt: skip
    assert losses[-1] < 1e-6 * losses[0]
    assert product.weight.item() == pytest.approx(2)


def test_a_step_is_that_of_torch(data):
    """The first step, over all examples, is without momentum: w - rate * (gradient + decay * w)."""
    model = network()
    weight, loss = model.weight, nn.functional.cross_entropy(model(data[0]), data[1])
    (gradient,) = torch.autograd.grad(loss, [weight])
    expected = weight.detach() - 0.5 * (gradient + 0.1 * weight.detach())
    options = {"batch_size": 300, "learning_rate": 0.5, "weight_decay": 0.1}
    train_classifier(model, data, steps=1, seed=0, **options)
    torch.testing.assert_close(model.weight.detach(), expected)


@pytest.mark.parametrize(("schedule", "expected"), [
    ("constant", [0.5, 0.5]),
    ("cosine", [0.5, 0.25]),
])  # fmt: skip
def test_the_learning_rate_keeps_its_schedule_and_a_second_fit_starts_anew(schedule, expected):
    model, rates = network(), []
    optimizer = torch.optim.SGD(model.parameters(), 0.5)
    optimizer.register_step_post_hook(lambda *_: rates.append(optimizer.param_groups[0]["lr"]))
    for _ in range(2):
        fit(model, lambda: torch.ones(2, 6), lambda logits, _: logits.sum(), steps=2,
            optimizer=optimizer, schedule=schedule)  # fmt: skip
    assert rates == pytest.approx(2 * expected)


@pytest.mark.parametrize(("function", "given", "message"), [
    (fit, {"steps": 0}, "steps is 0; it must be at least 1"),
    (fit, {"schedule": "linear"}, "schedule is 'linear'; it must be one of constant, cosine"),
    (random_batches, {"batch_size": 301}, "batch_size is 301; it must be from 1 to 300"),
    (random_batches, {"batch_size": 0, "replacement": True}, "batch_size is 0; it must be from 1"),
])  # fmt: skip
def test_a_wrong_option_is_named(data, function, given, message):
    needed = {fit: {"model": network(), "draw": None, "loss": None, "steps": 1, "optimizer": None},
              random_batches: {"data": data, "generator": None}}  # fmt: skip
    with pytest.raises(ValueError, match=message):
        function(**needed[function] | given)


def test_the_mean_loss_is_that_of_torch_without_dropout(data):
    model = nn.Sequential(nn.Dropout(), network())
    expected = nn.functional.cross_entropy(model[1](data[0]), data[1]).item()
    assert mean_loss(model, data, batch_size=70) == pytest.approx(expected)  # 300 is no multiple
