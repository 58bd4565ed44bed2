"""How far the gradient of a sampled softmax is off on average: estimated, and predicted.

The gradient is that of the loss with respect to the hidden vectors, which is what the rest of a
network learns from.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lsdl_helpers.large.sampled_softmax import zipf


@dataclass(frozen=True)
class Bias:
    """Of a gradient estimate, in units of the exact gradient's norm.

    ``squared`` is the squared bias, unbiased itself and so below 0 where noise hides it, with
    its standard error ``squared_error``; ``noise`` the standard deviation of one estimate.
    """

    squared: float
    squared_error: float
    noise: float

    @property
    def bias(self) -> float:
        """The root of ``squared``, or 0 where that is negative."""
        return max(self.squared, 0.0) ** 0.5


def toy_language(
    num_words: int, width: int, num_examples: int, *, spread: float = 2.0, seed: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """Return hidden vectors, weights and targets that resemble those of a trained language model.

    The logit of a word is the logarithm of its frequency by Zipf's law plus what the context
    says, normal with standard deviation ``spread`` over words. Targets are drawn from the
    softmax, so the model is right. The frequency is carried by the first column of the weights.

    Args:
        num_words, width, num_examples: V, d of at least 2, N.
        spread: 0 gives the frequencies alone.
        seed: of all that is random.

    Returns:
        hidden (N, d), weight (V, d), target (N,).

    >>> [tuple(x.shape) for x in toy_language(1000, 16, 8)]
    [(8, 16), (1000, 16), (8,)]
    """
    generator = torch.Generator().manual_seed(seed)
    hidden = torch.randn(num_examples, width, generator=generator)
    weight = torch.randn(num_words, width, generator=generator) * spread / (width - 1) ** 0.5
    hidden[:, 0] = width**0.5
    weight[:, 0] = zipf(num_words).log() / width**0.5
    p = (hidden @ weight.T).softmax(1)
    return hidden, weight, torch.multinomial(p, 1, generator=generator).squeeze(1)


def hidden_gradient(hidden: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the gradient of the summed loss with respect to the hidden vectors, (N, d).

    >>> hidden_gradient(torch.ones(2, 3), lambda hidden: hidden.square().sum(1).mean())
    tensor([[2., 2., 2.],
            [2., 2., 2.]])
    """
    hidden = hidden.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(hidden) * len(hidden), hidden)
    return gradient


def gradient_bias(
    exact: Tensor, estimate: Callable[[], Tensor], *, num_estimates: int, num_groups: int = 10
) -> Bias:
    """Return how far estimates of a gradient are off, over all examples, relative to the exact one.

    The estimates fall into groups, and the squared bias is the mean product of the errors of
    two different groups: their noise is independent, so it does not count as bias. With the
    mean m of each group of G, that is (‖Σ m‖² - Σ ‖m‖²) / (G (G - 1)). The
    standard error is that of the jackknife, which leaves out a group at a time.

    Args:
        exact: (N, d), the gradient of each example.
        estimate: draws samples and returns an estimate of all of ``exact``, (N, d).
        num_estimates: a multiple of ``num_groups``.
        num_groups: at least 3.

    Raises:
        ValueError: for other numbers of estimates or groups.

    >>> gradient_bias(torch.ones(2, 3), lambda: torch.full((2, 3), 1.5), num_estimates=10)
    Bias(squared=0.25, squared_error=0.0, noise=0.0)
    """
    if num_groups < 3 or num_estimates < 1 or num_estimates % num_groups:
        raise ValueError(
            f"num_estimates is {num_estimates}, num_groups {num_groups}; allowed: at least 3 "
            "groups, and a multiple of them"
        )
    means = torch.zeros(num_groups, *exact.shape, dtype=torch.float64)
    squares = 0.0
    for index in range(num_estimates):
        error = (estimate() - exact).double()
        means[index % num_groups] += error * num_groups / num_estimates
        squares += error.square().sum().item() / num_estimates
    norm = exact.double().square().sum().item()
    products = torch.einsum("gnd,hnd->gh", means, means).numpy() / norm
    squared = _mean_of_pairs(products)
    left_out = [
        _mean_of_pairs(np.delete(np.delete(products, g, 0), g, 1)) for g in range(num_groups)
    ]
    error = ((num_groups - 1) * np.var(left_out)) ** 0.5
    return Bias(squared, float(error), max(squares / norm - squared, 0.0) ** 0.5)


def _mean_of_pairs(products: np.ndarray) -> float:
    """Return the mean of the elements off the diagonal of (G, G)."""
    count = len(products)
    return float((products.sum() - np.trace(products)) / (count * (count - 1)))


def first_order_bias(
    hidden: Tensor, weight: Tensor, target: Tensor, q: Tensor, num_samples: int
) -> tuple[float, float]:
    """Return bias and noise of ``sampled_cross_entropy``, to first order in 1 / k.

    For k samples drawn from q with replacement, corrected but for the target. The gradient is
    the ratio of two sums, numerator and denominator estimated from the same samples. Let r be
    the mean of the rows w under p. The delta method gives, summed over words other than the
    target,

        bias = - (1/k) (Σ p² (w - r) / q - (Σ p) Σ p (w - r))
        noise² = (1/k) (Σ p² ‖w - r‖² / q - ‖Σ p (w - r)‖²)

    It needs k q well above p for each word that matters; :func:`predicted_bias` does not.

    Args:
        hidden, weight, target: (N, d), (V, d), (N,).
        q: (V,), the probabilities of the sampler.
        num_samples: k.

    Returns:
        Both relative to the norm of the exact gradient, over all examples.

    Source of the method: Owen (2013), chapter 9, on self-normalized importance sampling.

    >>> first_order_bias(torch.zeros(1, 2), torch.eye(2), torch.tensor([0]), torch.ones(2) / 2, 4)
    (0.0625, 0.25)
    """
    weight, others, mean, exact = _softmax(hidden, weight, target)
    heavy = others.square() / q.double()
    total = others.sum(1, keepdim=True)
    first = others @ weight - total * mean  # Σ p (w - r)
    bias = heavy @ weight - heavy.sum(1, keepdim=True) * mean - total * first
    distances = (  # ‖w - r‖², (N, V)
        weight.square().sum(1) - 2 * mean @ weight.T + mean.square().sum(1, keepdim=True)
    )
    variance = (heavy * distances).sum() - first.square().sum()
    norm = exact.norm().item()
    return (
        bias.norm().item() / num_samples / norm,
        (variance.item() / num_samples) ** 0.5 / norm,
    )


def predicted_bias(
    hidden: Tensor, weight: Tensor, target: Tensor, q: Tensor, num_samples: int
) -> float:
    """Return the bias of ``sampled_cross_entropy`` for few samples as for many.

    As :func:`first_order_bias`, but no word loses more than its own probability:

        bias = - Σ p² (w - r) / (k q + p (1 - p))

    Right at both ends: where k q is large, it is the delta method's; where a word is never
    drawn, all of its p is missing. Between them, and for several such words, it is an
    approximation, and too low.

    Args:
        hidden, weight, target, q, num_samples: as for :func:`first_order_bias`.

    Returns:
        Relative to the norm of the exact gradient, over all examples.

    >>> predicted_bias(torch.zeros(1, 2), torch.eye(2), torch.tensor([0]), torch.ones(2) / 2, 4)
    0.111...
    """
    weight, others, mean, exact = _softmax(hidden, weight, target)
    missing = others.square() / (num_samples * q.double() + others * (1 - others))
    bias = missing @ weight - missing.sum(1, keepdim=True) * mean
    return (bias.norm() / exact.norm()).item()


def _softmax(hidden: Tensor, weight: Tensor, target: Tensor) -> tuple[Tensor, ...]:
    """Return the weights, p without the target's (N, V), mean row and exact gradient (N, d)."""
    hidden, weight = hidden.double(), weight.double()
    p = (hidden @ weight.T).softmax(1)
    mean = p @ weight
    return weight, p.scatter(1, target.unsqueeze(1), 0.0), mean, mean - weight[target]


def lasting_bias(
    hidden: Tensor,
    weight: Tensor,
    target: Tensor,
    expected: Tensor,
    *,
    corrected: bool = True,
    correct_target: bool = False,
) -> float:
    """Return the bias of ``sampled_cross_entropy`` if its sums over samples had no noise.

    What more samples cannot cure. With counts c expected, a word j other than the target weighs
    e^(logit), uncorrected c_j e^(logit); the target weighs e^(logit), corrected too
    e^(logit) / c. Corrected but for the target it is 0. Corrected too, the estimate of the
    target's probability p becomes p' = p / (p + c (1 - p)), and the gradient is
    (1 - p') / (1 - p) times the exact one.

    Args:
        hidden, weight, target: (N, d), (V, d), (N,).
        expected: (V,), how often each word is expected among the samples.
        corrected, correct_target: whether the logits of samples and of targets are corrected.

    Returns:
        Relative to the norm of the exact gradient, over all examples.

    >>> hidden, weight, target = toy_language(1000, 16, 8)
    >>> lasting_bias(hidden, weight, target, torch.ones(1000), correct_target=True) < 1e-9
    True
    """
    hidden, weight, expected = hidden.double(), weight.double(), expected.double()
    logits = hidden @ weight.T  # (N, V)
    biased = logits if corrected else logits + expected.log()
    of_target = logits.gather(1, target.unsqueeze(1))
    if correct_target:
        of_target = of_target - expected[target].log().unsqueeze(1)
    biased = biased.scatter(1, target.unsqueeze(1), of_target)
    exact = logits.softmax(1) @ weight - weight[target]
    error = (biased.softmax(1) - logits.softmax(1)) @ weight
    return (error.norm() / exact.norm()).item()
