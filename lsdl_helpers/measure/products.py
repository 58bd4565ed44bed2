"""The products that torch's own counter leaves out: FLOPs from the shapes that they take."""

import re
from math import prod
from typing import Any

import torch

aten = torch.ops.aten
Shape = torch.Size


def _dot(x: Shape, y: Shape, **_: Any) -> int:
    return 2 * prod(x)


def _vector(a: Shape, x: Shape, **_: Any) -> int:
    return 2 * prod(a)


def _matrix(a: Shape, b: Shape, **_: Any) -> int:
    return 2 * prod(a) * b[-1]


def _outer(x: Shape, y: Shape, **_: Any) -> int:
    return 2 * prod(x) * prod(y)


def _broadcast(x: Shape, y: Shape | float, *, out_shape: Shape, **_: Any) -> int:
    """Torch computes the outer product of two vectors elementwise: (M, 1) times (N,)."""
    if not isinstance(y, Shape) or len(out_shape) != 2:
        return 0
    return 2 * prod(out_shape) if prod(out_shape) > max(prod(x), prod(y)) else 0


def _bilinear(x: Shape, weight: Shape, y: Shape, *_: Any, **__: Any) -> int:
    """(B, I), (O, I, J), (B, J) -> (B, O): the weight times x, and that times y."""
    return 2 * x[0] * (prod(weight) + weight[0] * weight[2])


def _onto(formula: Any) -> Any:
    """Adapt a FLOP formula to an operation whose first argument is the accumulator, as addmm."""
    return lambda start, x, y, **_: formula(x, y)


PRODUCTS = {
    aten.dot: _dot, aten.vdot: _dot,
    aten.mv: _vector, aten.addmv: _onto(_vector), aten.addmv_: _onto(_vector),
    aten.addr: _onto(_outer), aten.addr_: _onto(_outer), aten.mul: _broadcast,
    aten.addbmm: _onto(_matrix), aten.addbmm_: _onto(_matrix),
    aten.addmm_: _onto(_matrix), aten.baddbmm_: _onto(_matrix),
    aten._int_mm: _matrix, aten._trilinear: _bilinear,
}  # fmt: skip

# A name in which one of these words stands between underscores is that of a product.
_WORDS = r"mm|bmm|mv|addmm|addbmm|baddbmm|addmv|addr|dot|linear|matmul|conv\dd|convolution|"
_WORDS += r"conv_transpose\dd|attention|rnn|cdist|fft|linalg_solve"


def is_product(name: str) -> bool:
    """Tell from an operation's name whether it multiplies matrices or vectors.

    >>> is_product("aten::_int_mm"), is_product("aten::upsample_linear1d")
    (True, False)
    """
    return bool(re.search(rf"(::|_)({_WORDS})(_|\.|$)", name))
