import pytest
import torch
from torch.nn import functional as F

from lsdl_helpers.large import (
    draw_log_uniform,
    draw_words,
    expected_counts,
    hidden_gradient,
    log_uniform,
    sampled_cross_entropy,
    toy_language,
    zipf,
)

V = 50


@pytest.fixture
def example():
    hidden, weight, target = toy_language(V, 8, 12)
    return hidden.double(), weight.double(), target


@pytest.mark.parametrize("q", [zipf(1000), log_uniform(1000)])
def test_frequent_words_first_and_all_sum_to_one(q):
    assert q.sum() == pytest.approx(1)
    assert (q.diff() < 0).all()


def test_the_draw_without_a_table_has_these_probabilities():
    words = draw_log_uniform(V, 200_000, generator=torch.Generator().manual_seed(0))
    counts = words.bincount(minlength=V)
    expected = 200_000 * log_uniform(V)
    assert len(counts) == V
    assert ((counts - expected).abs() < 5 * expected.sqrt()).all()


@pytest.mark.parametrize("unique", [False, True])
def test_words_come_as_often_as_expected(unique):
    q, draws = log_uniform(V), 4000
    generator = torch.Generator().manual_seed(0)
    samples = [draw_words(q, 20, unique=unique, generator=generator) for _ in range(draws)]
    if unique:
        assert all(len(sample.unique()) == 20 for sample in samples)
    counts = torch.cat(samples).bincount(minlength=V) / draws
    expected = expected_counts(q, 20, unique=unique)
    assert expected.sum() == pytest.approx(20)
    torch.testing.assert_close(counts.double(), expected, atol=0.05, rtol=0.02)


def test_unique_samples_of_all_words_are_all_words():
    q = log_uniform(V)
    assert sorted(draw_words(q, V, unique=True).tolist()) == list(range(V))
    assert expected_counts(q, V, unique=True).tolist() == [1] * V


@pytest.mark.parametrize(("num_samples", "unique"), [(0, False), (0, True), (V + 1, True)])
def test_what_is_not_drawn(num_samples, unique):
    with pytest.raises(ValueError, match=f"num_samples is {num_samples}"):
        draw_words(log_uniform(V), num_samples, unique=unique)


@pytest.mark.parametrize("correct_target", [False, True])
def test_all_words_as_samples_give_the_exact_loss(example, correct_target):
    hidden, weight, target = example
    samples, expected = torch.arange(V), torch.ones(V)
    loss = sampled_cross_entropy(
        hidden, weight, target, samples, expected, correct_target=correct_target
    )
    torch.testing.assert_close(loss, F.cross_entropy(hidden @ weight.T, target))


def test_each_word_as_often_as_expected_gives_the_exact_loss(example):
    """The correction undoes the counts; without it they show."""
    hidden, weight, target = example
    samples = torch.arange(V).repeat_interleave(torch.arange(1, V + 1))
    counts = torch.arange(1.0, V + 1)
    exact = F.cross_entropy(hidden @ weight.T, target)
    torch.testing.assert_close(
        sampled_cross_entropy(hidden, weight, target, samples, counts), exact
    )
    assert sampled_cross_entropy(hidden, weight, target, samples, None) > exact + 1


def test_the_corrected_target_counts_once_over_its_expected_count(example):
    hidden, weight, target = example
    counts = torch.arange(1.0, V + 1)
    loss = sampled_cross_entropy(
        hidden, weight, target, torch.arange(V), counts, correct_target=True
    )
    logits = hidden @ weight.T - counts.log()
    torch.testing.assert_close(loss, F.cross_entropy(logits, target))


def test_the_sum_under_the_logarithm_is_right_on_average(example):
    hidden, weight, target = example
    q, generator = log_uniform(V), torch.Generator().manual_seed(0)
    expected = expected_counts(q, 16)
    logit = (hidden * weight[target]).sum(1)
    sums = []
    for _ in range(4000):
        samples = draw_words(q, 16, generator=generator)
        one = [
            sampled_cross_entropy(hidden[n : n + 1], weight, target[n : n + 1], samples, expected)
            for n in range(2)
        ]
        sums.append((torch.stack(one) + logit[:2]).exp())
    sums = torch.stack(sums)
    exact = (hidden[:2] @ weight.T).exp().sum(1)
    error = sums.std(0) / len(sums) ** 0.5
    assert ((sums.mean(0) - exact).abs() < 3 * error).all()
    assert (error < 0.05 * exact).all()


def test_a_sampled_target_changes_nothing(example):
    hidden, weight, target = example[0][:1], example[1], example[2][:1]
    others = torch.tensor([w for w in range(10) if w != target.item()])
    hit = torch.cat([others, target, target])
    expected = torch.ones(V)
    torch.testing.assert_close(
        sampled_cross_entropy(hidden, weight, target, hit, expected),
        sampled_cross_entropy(hidden, weight, target, others, expected),
    )


def test_the_weights_gradient_is_of_the_words_used_dense_or_sparse(example):
    hidden, weight, target = example
    samples, expected = torch.tensor([3, 3, 7]), torch.ones(V)

    def gradient(sparse):
        leaf = weight.clone().requires_grad_()
        sampled_cross_entropy(hidden, leaf, target, samples, expected, sparse=sparse).backward()
        return leaf.grad

    assert gradient(True).is_sparse
    torch.testing.assert_close(gradient(True).to_dense(), gradient(False))
    used = gradient(False).abs().sum(1).nonzero().flatten()
    assert set(used.tolist()) == {3, 7, *target.tolist()}


def test_the_target_is_not_corrected_alone(example):
    hidden, weight, target = example
    with pytest.raises(ValueError, match="needs the expected counts"):
        sampled_cross_entropy(hidden, weight, target, target, None, correct_target=True)


def test_with_probable_targets_of_the_model_unique_and_corrected_is_right_on_average(example):
    """Over targets drawn from p, its gradient averages to zero, which is the exact one's mean."""
    _, weight, _ = example
    hidden = example[0][:1].expand(40_000, -1)
    generator = torch.Generator().manual_seed(0)
    p = (hidden[:1] @ weight.T).softmax(1)
    keep = torch.full((V,), 0.3, dtype=torch.float64)  # each word is sampled with this chance
    total, count = 0, 30
    for _ in range(count):
        target = torch.multinomial(p, len(hidden), replacement=True, generator=generator)[0]
        samples = torch.rand(V, generator=generator).lt(0.3).nonzero().flatten()
        gradient = hidden_gradient(
            hidden,
            lambda h, t=target, s=samples: sampled_cross_entropy(
                h, weight, t, s, keep, correct_target=True
            ),
        )
        total = total + gradient.mean(0) / count
    one = weight[0] - p[0] @ weight
    assert total.norm() < 0.05 * one.norm()
