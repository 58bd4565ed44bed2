"""Sums of integers in an accumulator of few bits, which wraps or saturates on overflow."""

import torch
from torch import Tensor


def accumulate(products: Tensor, bits: int, *, saturate: bool = False) -> Tensor:
    """Return the running sums of integers in an accumulator of so many bits.

    On overflow it wraps, that is, starts again at the other end, or with ``saturate`` stays at the
    end of the range.

    Args:
        products: (n,) integers.
        bits: of the accumulator, its sign among them, 2 to 32.

    Returns:
        (n,) int64.

    Raises:
        ValueError: for other bits or another shape.

    >>> accumulate(torch.tensor([100, 100, -100]), bits=8)
    tensor([100, -56, 100])
    """
    if not 2 <= bits <= 32 or products.dim() != 1:
        raise ValueError(f"{bits} bits, shape {tuple(products.shape)}; allowed: 2 to 32, (n,)")
    half = 2 ** (bits - 1)
    if not saturate:
        return (products.long().cumsum(0) + half) % (2 * half) - half
    total, sums = 0, []
    for product in products.tolist():
        total = min(max(total + product, -half), half - 1)
        sums.append(total)
    return torch.tensor(sums, dtype=torch.int64)


def saturating_pairs(w: Tensor, x: Tensor) -> Tensor:
    """Return the products of a layer as SSSE3 adds them: in pairs that saturate at 16 bits.

    Args:
        w: (rows, columns) int8, an even number of columns.
        x: (batch, columns) uint8.

    Returns:
        (batch, rows) int64.

    >>> saturating_pairs(torch.full((1, 2), 127), torch.full((1, 2), 255))
    tensor([[32767]])
    """
    products = (x.long()[:, None] * w.long()).unflatten(-1, (-1, 2))  # (batch, rows, pairs, 2)
    return products.sum(-1).clamp(-(2**15), 2**15 - 1).sum(-1)
