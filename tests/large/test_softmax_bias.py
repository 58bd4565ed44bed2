import pytest
import torch
from torch.nn import functional as F

from lsdl_helpers.large import (
    Bias,
    draw_words,
    expected_counts,
    first_order_bias,
    gradient_bias,
    hidden_gradient,
    lasting_bias,
    log_uniform,
    predicted_bias,
    sampled_cross_entropy,
    toy_language,
    zipf,
)

V, D, N = 60, 8, 16


@pytest.fixture(scope="module")
def example():
    hidden, weight, target = toy_language(V, D, N, spread=1.0)
    return hidden.double(), weight.double(), target


def exact_gradient(hidden, weight, target):
    return hidden_gradient(hidden, lambda h: F.cross_entropy(h @ weight.T, target))


def estimated(example, num_samples, num_estimates=2000, **options):
    hidden, weight, target = example
    q, generator = log_uniform(V), torch.Generator().manual_seed(0)
    expected = expected_counts(q, num_samples)

    def estimate():
        samples = draw_words(q, num_samples, generator=generator)
        return hidden_gradient(
            hidden,
            lambda h: sampled_cross_entropy(h, weight, target, samples, expected, **options),
        )

    return gradient_bias(exact_gradient(*example), estimate, num_estimates=num_estimates)


def test_the_toy_language_has_zipfs_frequencies_and_the_spread_asked_for():
    hidden, weight, target = toy_language(2000, 32, 200, spread=1.5)
    logits = hidden @ weight.T
    said_by_the_context = logits - zipf(2000).log()
    assert said_by_the_context.std().item() == pytest.approx(1.5, rel=0.05)
    assert said_by_the_context.mean().abs() < 0.05
    loss = F.cross_entropy(logits, target).item()
    p = logits.softmax(1)
    assert loss == pytest.approx(-(p * p.log()).sum(1).mean().item(), abs=0.4)
    assert torch.equal(target, toy_language(2000, 32, 200, spread=1.5)[2])
    assert not torch.equal(target, toy_language(2000, 32, 200, spread=1.5, seed=1)[2])


def test_the_gradient_of_an_example_does_not_depend_on_the_others(example):
    hidden, weight, target = example
    alone = exact_gradient(hidden[:1], weight, target[:1])
    torch.testing.assert_close(exact_gradient(*example)[:1], alone)
    p = (hidden @ weight.T).softmax(1)
    torch.testing.assert_close(exact_gradient(*example), p @ weight - weight[target])


@pytest.mark.parametrize("bias", [0.0, 0.1, 0.5])
def test_noise_does_not_count_as_bias(bias):
    generator = torch.Generator().manual_seed(0)
    exact = torch.ones(8, 4)
    found = gradient_bias(
        exact,
        lambda: exact * (1 + bias) + 2 * torch.randn(8, 4, generator=generator),
        num_estimates=400,
    )
    assert abs(found.squared - bias**2) < 3 * found.squared_error
    assert found.squared_error < 0.03
    assert found.noise == pytest.approx(2, rel=0.05)
    assert found.bias == max(found.squared, 0) ** 0.5


def test_the_standard_error_is_how_far_repeated_estimates_differ():
    found = []
    for seed in range(60):
        generator = torch.Generator().manual_seed(seed)
        found.append(
            gradient_bias(
                torch.ones(3, 2),
                lambda g=generator: 1.2 + torch.randn(3, 2, generator=g),
                num_estimates=40,
            )
        )
    spread = torch.tensor([one.squared for one in found]).std().item()
    mean_error = sum(one.squared_error**2 for one in found) / len(found)
    assert mean_error**0.5 == pytest.approx(spread, rel=0.35)


@pytest.mark.parametrize(("num_estimates", "num_groups"), [(10, 2), (15, 10), (0, 10)])
def test_groups_must_be_several_and_alike(num_estimates, num_groups):
    with pytest.raises(ValueError, match=f"num_estimates is {num_estimates}"):
        gradient_bias(
            torch.ones(1, 1), torch.ones, num_estimates=num_estimates, num_groups=num_groups
        )


def test_a_negative_square_is_a_bias_of_zero():
    assert Bias(-0.1, 0.2, 1.0).bias == 0


def test_the_first_order_predicts_bias_and_noise_of_many_samples(example):
    found = estimated(example, 400, 4000)
    bias, noise = first_order_bias(*example, log_uniform(V), 400)
    assert found.noise == pytest.approx(noise, rel=0.03)
    assert abs(found.squared - bias**2) < 3 * found.squared_error
    assert found.squared_error < 0.35 * bias**2
    half_bias, half_noise = first_order_bias(*example, log_uniform(V), 800)
    assert half_bias == pytest.approx(bias / 2)
    assert half_noise == pytest.approx(noise / 2**0.5)


def test_the_prediction_for_few_samples_holds_at_both_ends(example):
    hidden, weight, target = example
    q = log_uniform(V)
    many = predicted_bias(*example, q, 10**7)
    p = (hidden @ weight.T).softmax(1).scatter(1, target.unsqueeze(1), 0)
    heavy = p**2 / q / 10**7
    mean = (hidden @ weight.T).softmax(1) @ weight
    bias = heavy @ weight - heavy.sum(1, keepdim=True) * mean
    assert many == pytest.approx((bias.norm() / exact_gradient(*example).norm()).item(), rel=1e-4)

    # one word beside the target, never drawn: all that remains is the target, gradient 0
    two = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.5, 1.0], [0.0, 2.0]]), torch.tensor([0])
    assert predicted_bias(*two, torch.tensor([0.5, 0.5]), 1e-9) == pytest.approx(1, rel=1e-6)


def test_few_samples_have_less_bias_than_the_first_order_says(example):
    found = estimated(example, 8)
    assert found.bias < 0.8 * first_order_bias(*example, log_uniform(V), 8)[0]
    assert 0.5 < predicted_bias(*example, log_uniform(V), 8) / found.bias < 1, "its docstring"


@pytest.mark.parametrize("options", [
    {}, {"correct_target": True}, {"corrected": False},
])  # fmt: skip
def test_what_lasts_is_what_very_many_samples_show(example, options):
    hidden, weight, target = example
    counts = torch.arange(1.0, V + 1).double()
    samples = torch.arange(V).repeat_interleave(counts.long())  # each as often as expected
    corrected = options.get("corrected", True)
    estimate = hidden_gradient(
        hidden,
        lambda h: sampled_cross_entropy(
            h, weight, target, samples, counts if corrected else None,
            correct_target=options.get("correct_target", False),
        ),
    )  # fmt: skip
    exact = exact_gradient(*example)
    bias = ((estimate - exact).norm() / exact.norm()).item()
    lasting = lasting_bias(hidden, weight, target, counts, **options)
    assert lasting == pytest.approx(bias, abs=1e-9)
    assert (lasting < 1e-9) == (options == {})


def test_the_corrected_target_scales_the_gradient(example):
    hidden, weight, target = example
    counts = torch.arange(1.0, V + 1).double()
    p = (hidden @ weight.T).softmax(1).gather(1, target.unsqueeze(1))
    c = counts[target].unsqueeze(1)
    scale = (1 - p / (p + c * (1 - p))) / (1 - p)
    exact = exact_gradient(*example)
    expected = ((scale - 1) * exact).norm() / exact.norm()
    found = lasting_bias(hidden, weight, target, counts, correct_target=True)
    assert found == pytest.approx(expected.item())
