"""The layer that gives each word of a vocabulary a probability: whole, in chunks, in two levels."""

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


def chunked_cross_entropy(hidden: Tensor, weight: Tensor, target: Tensor, chunk: int) -> Tensor:
    """Return ``F.cross_entropy(hidden @ weight.T, target)`` without holding all logits.

    The logits of a chunk give its loss and its part of the gradients, p - 1 at the target and p
    elsewhere, and are thrown away: at most 2 · ``chunk`` · V numbers live beside the gradients,
    instead of 3 · N · V. Loss and gradients are exact but for the order of sums. As the forward
    pass computes the gradients, ``backward`` can be called once.

    Args:
        hidden: (N, d), an example a row.
        weight: (V, d), a word a row.
        target: (N,), the word of each example, from 0 to V - 1.
        chunk: examples at a time, at least 1.

    Returns:
        The mean loss in nats, a scalar.

    Raises:
        ValueError: for a chunk below 1, or if there is no example.

    Source: ``torch.nn.functional.linear_cross_entropy``, since torch 2.13. Wijmans et al.
    (2024) compute chunks of both N and V within a kernel, twice.

    >>> chunked_cross_entropy(torch.zeros(6, 4), torch.zeros(10, 4), torch.arange(6), chunk=4)
    tensor(2.3026)
    """
    if chunk < 1 or not len(target):
        raise ValueError(f"chunk is {chunk}, of {len(target)} examples; both must be at least 1")
    return _ChunkedCrossEntropy.apply(hidden, weight, target, chunk)


class _ChunkedCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, target: Tensor, chunk: int) -> Tensor:
        loss = hidden.new_zeros(())
        ctx.gradients = torch.empty_like(hidden), torch.zeros_like(weight)
        parts = (x.split(chunk) for x in (hidden, target, ctx.gradients[0]))
        for rows, words, of_rows in zip(*parts, strict=True):
            loss += _loss_and_gradients(rows, weight, words, of_rows, ctx.gradients[1])
        return loss / len(target)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.gradients is None:
            raise RuntimeError("chunked_cross_entropy has one backward pass, and this is a second")
        of_hidden, of_weight = ctx.gradients
        ctx.gradients = None  # so that autograd keeps these tensors, and no copies
        scale = gradient / len(of_hidden)
        return of_hidden.mul_(scale), of_weight.mul_(scale), None, None


def _loss_and_gradients(
    hidden: Tensor, weight: Tensor, target: Tensor, of_hidden: Tensor, of_weight: Tensor
) -> Tensor:
    """Return the summed loss; put its gradient into ``of_hidden``, add it to ``of_weight``."""
    log_p = (hidden @ weight.T).log_softmax(1)  # (chunk, V)
    target = target.unsqueeze(1)
    loss = -log_p.gather(1, target).sum()
    of_logits = log_p.exp_().scatter_add_(1, target, -torch.ones_like(target, dtype=log_p.dtype))
    torch.mm(of_logits, weight, out=of_hidden)
    of_weight.addmm_(of_logits.T, hidden)
    return loss


class TwoLevelSoftmax(nn.Module):
    """A softmax over classes of words, and one over the words of the target's class.

    log p(word) = log p(class of the word) + log p(word | its class), with word w in class
    w // class_size. It computes num_classes + class_size logits for an example instead of V,
    which is least, 2 √V, where both are √V. The probabilities of all words sum to one; it is
    another model than the softmax over all words, with num_classes · d more parameters.

    Args:
        num_words: V, at least 2.
        width: d.
        class_size: words in a class; by default √V, rounded up. The last class may be smaller.
        sparse: give the words' gradient as a sparse tensor, of the classes of the batch only.

    Raises:
        ValueError: for fewer words, or a class size not in 1 … V.

    Source: Goodman (2001). Morin and Bengio (2005) have a tree of binary decisions instead.

    >>> TwoLevelSoftmax(10_000, 64)(torch.zeros(8, 64), torch.arange(8)).shape
    torch.Size([8])
    """

    def __init__(
        self, num_words: int, width: int, *, class_size: int | None = None, sparse: bool = False
    ) -> None:
        super().__init__()
        if class_size is None:
            class_size = math.isqrt(max(num_words - 1, 0)) + 1
        if num_words < 2 or not 1 <= class_size <= num_words:
            raise ValueError(
                f"num_words is {num_words}, class_size {class_size}; allowed: at least 2 words, "
                "and classes of 1 word up to all"
            )
        num_classes = -(-num_words // class_size)
        self.num_words, self.class_size, self.sparse = num_words, class_size, sparse
        self.classes = nn.Parameter(torch.randn(num_classes, width) / width**0.5)
        words = torch.randn(num_classes, class_size * width) / width**0.5  # a class a row
        self.words = nn.Parameter(words)

    def forward(self, hidden: Tensor, target: Tensor) -> Tensor:
        """Return log p(target) in nats: hidden (N, d) and target (N,) give (N,)."""
        classes, position = target // self.class_size, target % self.class_size
        words = F.embedding(classes, self.words, sparse=self.sparse)  # (N, size · d)
        words = words.unflatten(1, (self.class_size, -1))  # (N, size, d)
        within = (words @ hidden.unsqueeze(2)).squeeze(2)  # (N, size)
        within = self._masked(within, classes)
        return -F.cross_entropy(hidden @ self.classes.T, classes, reduction="none") - (
            F.cross_entropy(within, position, reduction="none")
        )

    def log_probs(self, hidden: Tensor) -> Tensor:
        """Return log p of all words in nats: hidden (N, d) gives (N, V), at the whole cost."""
        classes = torch.arange(len(self.classes), device=hidden.device)
        words = self.words.view(-1, hidden.shape[1])  # (classes · size, d)
        within = (hidden @ words.T).unflatten(1, (-1, self.class_size))  # (N, classes, size)
        within = self._masked(within, classes).log_softmax(2)
        of_class = (hidden @ self.classes.T).log_softmax(1).unsqueeze(2)
        return (of_class + within).flatten(1)[:, : self.num_words]

    def _masked(self, within: Tensor, classes: Tensor) -> Tensor:
        """Put -∞ in place of words that the last class does not have."""
        if self.num_words == len(self.classes) * self.class_size:
            return within
        position = torch.arange(self.class_size, device=within.device)
        word = classes.unsqueeze(1) * self.class_size + position
        return within.masked_fill(word >= self.num_words, -math.inf)
