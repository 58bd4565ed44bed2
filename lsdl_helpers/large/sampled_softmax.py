"""Sampled softmax: the loss over a target and a few sampled words instead of all words."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def zipf(num_words: int) -> Tensor:
    """Return Zipf's law, p(word) proportional to 1 / rank, as probabilities (V,), float64.

    Words are numbered by frequency, the most frequent first.

    >>> zipf(4)[0] / zipf(4)[3]
    tensor(4., dtype=torch.float64)
    """
    weights = 1 / torch.arange(1, num_words + 1, dtype=torch.float64)
    return weights / weights.sum()


def log_uniform(num_words: int) -> Tensor:
    """Return q(word) = log((word + 2) / (word + 1)) / log(V + 1), as (V,), float64.

    Nearly Zipf's law, and :func:`draw_log_uniform` draws from it without this table.

    Source: ``tf.random.log_uniform_candidate_sampler``.

    >>> log_uniform(3)
    tensor([0.5000, 0.2925, 0.2075], dtype=torch.float64)
    """
    words = torch.arange(num_words, dtype=torch.float64)
    return torch.log((words + 2) / (words + 1)) / torch.log(words.new_tensor(num_words + 1))


def draw_words(
    q: Tensor, num_samples: int, *, unique: bool = False, generator: torch.Generator | None = None
) -> Tensor:
    """Draw words with probabilities q: (V,) gives (num_samples,), int64.

    Args:
        q: probability of each word, (V,).
        num_samples: at least 1.
        unique: draw until there are ``num_samples`` different words; each comes once.
        generator: of the draws.

    Raises:
        ValueError: for no sample, or more unique ones than there are words.

    >>> draw_words(log_uniform(10_000), 64).shape
    torch.Size([64])
    """
    if num_samples < 1 or (unique and num_samples > len(q)):
        raise ValueError(
            f"num_samples is {num_samples}; it must be at least 1"
            + f", and at most {len(q)}, as there are words" * unique
        )
    return torch.multinomial(q, num_samples, replacement=not unique, generator=generator)


def draw_log_uniform(
    num_words: int, num_samples: int, *, generator: torch.Generator | None = None
) -> Tensor:
    """Draw words with the probabilities of :func:`log_uniform`, with replacement, (num_samples,).

    A draw is exp(u log(V + 1)) - 1 rounded down, with u uniform in [0, 1): the time does not
    depend on V, as that of :func:`draw_words` does.

    Args:
        num_words: V.
        num_samples: k.
        generator: of the draws.

    >>> draw_log_uniform(1_000_000, 64).shape
    torch.Size([64])
    """
    u = torch.rand(num_samples, dtype=torch.float64, generator=generator)
    return ((u * math.log(num_words + 1)).exp() - 1).long()


def expected_counts(q: Tensor, num_samples: int, *, unique: bool = False) -> Tensor:
    """Return how often each word is expected among the samples of :func:`draw_words`, (V,).

    With replacement it is k q. For unique samples it is the probability 1 - (1 - q)^n that a
    word comes at all in n draws, with the n for which k different words are expected.
    TensorFlow takes the n of the sample at hand; the sum of ours is k in both cases.

    Args:
        q, num_samples, unique: as for :func:`draw_words`.

    >>> expected_counts(log_uniform(3), 2)
    tensor([1.0000, 0.5850, 0.4150], dtype=torch.float64)
    """
    if not unique:
        return num_samples * q
    if num_samples >= len(q):
        return torch.ones_like(q)
    from scipy.optimize import brentq  # late: it takes most of a second

    def num_missing(num_draws: float) -> float:
        return num_samples - _probability_of_coming(q, num_draws).sum().item()

    # No draw holds no word; k / min(q) draws hold more than k, also if all words are as rare.
    num_draws = brentq(num_missing, 0, num_samples / q.min().item())
    return _probability_of_coming(q, num_draws)


def _probability_of_coming(q: Tensor, num_draws: float) -> Tensor:
    return -torch.expm1(num_draws * torch.log1p(-q))


def sampled_cross_entropy(
    hidden: Tensor,
    weight: Tensor,
    target: Tensor,
    samples: Tensor,
    expected: Tensor | None,
    *,
    correct_target: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Return the mean cross-entropy of each target among itself and the sampled words.

    A word that is expected c times among the samples stands for 1 / c words, so log c is
    subtracted from its logit. There are two ways to treat the target:

    - Its logit stays (the default). The sum under the logarithm is then e^(target's logit)
      plus an importance-sampling estimate of the sum over all other words, which is right on
      average. The gradient is a ratio of two such sums and is not: its bias falls like 1/k.
      Source: Bengio and Senécal (2008).
    - It is corrected, too (``correct_target``), as in Jean et al. (2015) and TensorFlow's
      ``sampled_softmax_loss``. The target then counts 1 / c instead of once. If c is at most
      1, as for unique samples, that is the probability that the target, and not one of the
      samples, is the right word. With replacement c passes 1 for frequent words as the samples
      grow, the target counts less and less, and the bias does not vanish.

    Samples that equal an example's target are left out for it (accidental hits).

    Args:
        hidden: (N, d), an example a row.
        weight: (V, d), a word a row.
        target: (N,), the word of each example.
        samples: (k,), the sampled words, which all examples share.
        expected: (V,), how often each word is expected among the samples
            (:func:`expected_counts`); None corrects nothing, and is wrong.
        correct_target: correct the logit of the target, too.
        sparse: give the gradient of the weights as a sparse tensor, of the words used only.

    Returns:
        The mean loss in nats, a scalar; it underestimates the loss over all words.

    Raises:
        ValueError: if the target is to be corrected and nothing else.

    >>> hidden, weight, target = torch.zeros(5, 8), torch.zeros(1000, 8), torch.arange(5)
    >>> q = log_uniform(1000)
    >>> samples, expected = draw_words(q, 64), expected_counts(q, 64)
    >>> sampled_cross_entropy(hidden, weight, target, samples, expected).shape
    torch.Size([])
    """
    if correct_target and expected is None:
        raise ValueError("correct_target needs the expected counts; expected is None")
    rows = F.embedding(torch.cat([target, samples]), weight, sparse=sparse)  # one gradient
    of_target, of_samples = rows.split([len(target), len(samples)])  # (N, d), (k, d)
    positive = (hidden * of_target).sum(1, keepdim=True)  # (N, 1)
    negative = hidden @ of_samples.T  # (N, k)
    if expected is not None:
        negative = negative - expected[samples].log().to(negative)
    if correct_target:
        positive = positive - expected[target].log().to(positive).unsqueeze(1)
    negative = negative.masked_fill(samples == target.unsqueeze(1), -torch.inf)
    logits = torch.cat([positive, negative], 1)  # (N, 1 + k)
    return F.cross_entropy(logits, torch.zeros_like(target))
