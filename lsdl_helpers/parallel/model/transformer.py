"""A transformer block that can be split over ranks, with the same forward pass."""

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional as F


class TransformerBlock(nn.Module):
    """Attention and an MLP, each after a layer normalization and added to its input.

    The outputs of ``qkv`` are ordered by head, and within a head query, key, value. A rank
    that holds an equal part of them so holds whole heads, and the forward pass finds out from
    the shape how many.

    Args:
        width: length of a token's vector.
        num_heads: a divisor of `width`.

    Input and output (B, T, width).

    Raises:
        ValueError: if `width` is no multiple of `num_heads`.

    >>> TransformerBlock(64, 4)(torch.zeros(2, 10, 64)).shape
    torch.Size([2, 10, 64])
    """

    columns: ClassVar = {"qkv", "up"}  # their outputs can be spread over ranks,
    rows: ClassVar = {"out", "down"}  # which are the inputs of these

    def __init__(self, width: int, num_heads: int) -> None:
        super().__init__()
        if width % num_heads:
            raise ValueError(f"width {width} is no multiple of {num_heads} heads")
        self.head_width = width // num_heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.out(self.attend(self.qkv(self.norm1(x))))
        return x + self.down(F.gelu(self.up(self.norm2(x))))

    def attend(self, qkv: torch.Tensor) -> torch.Tensor:
        B, T, _ = qkv.shape
        heads = qkv.view(B, T, -1, 3, self.head_width).transpose(1, 2)  # (B, nh, T, 3, hw)
        q, k, v = heads.unbind(3)  # (B, nh, T, hw)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return y.transpose(1, 2).reshape(B, T, -1)  # (B, T, nh * hw)


def block_parameters(width: int, num_ranks: int = 1) -> int:
    """Return the parameters of a :class:`TransformerBlock` that one of the ranks holds.

    12 D² + 7 D are cut into equal parts (weights, and biases of ``qkv`` and ``up``), 6 D are on
    every rank (the other biases, and the normalizations), for width D.

    >>> block_parameters(64), block_parameters(64, 4)
    (49984, 12784)
    """
    return (12 * width**2 + 7 * width) // num_ranks + 6 * width
