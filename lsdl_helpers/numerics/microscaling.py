"""Microscaling (MX): numbers of few bits that share one power of two, 32 at a time."""

import torch
from torch import Tensor

from lsdl_helpers.numerics.formats import Float

BLOCK = 32
SCALE_BITS = 8


def bits_per_number(element: Float) -> float:
    """Return the bits of a number, its share of the scale included.

    >>> from lsdl_helpers.numerics import FP8_E4M3
    >>> bits_per_number(FP8_E4M3)
    8.25
    """
    return element.bits + SCALE_BITS / BLOCK


def mx_quantize(values: Tensor, element: Float) -> tuple[Tensor, Tensor]:
    """Quantize each block of 32 along the last axis; return the scales and the elements.

    The scale is 2^(floor(log2 largest) - e), with e the exponent of the element's largest
    number; what is then still too large is cut (Rouhani and others, arXiv:2310.10537,
    algorithm 1). The exponent of the scale stays within -127 and 127.

    Args:
        values: (..., 32 k) finite floats.
        element: the format of the elements.

    Returns:
        scales (..., k) and elements (..., k, 32), both float64; their product approximates
        the values.

    Raises:
        ValueError: if the last axis is not a multiple of 32, or a value is not finite.

    >>> from lsdl_helpers.numerics import FP8_E4M3
    >>> mx_quantize(torch.ones(2, 64), FP8_E4M3)[0].shape
    torch.Size([2, 2])
    """
    if values.shape[-1] % BLOCK or not values.isfinite().all():
        raise ValueError(f"shape {tuple(values.shape)}: finite values, a multiple of {BLOCK}")
    blocks = values.double().unflatten(-1, (-1, BLOCK))  # (..., k, 32)
    largest = blocks.abs().amax(-1)
    element_exponent = torch.frexp(torch.tensor(element.largest)).exponent - 1
    exponent = torch.frexp(largest).exponent - 1 - element_exponent
    exponent = torch.where(largest > 0, exponent, -127).clamp(-127, 127)
    scales = 2.0 ** exponent.double()
    return scales, element.round(blocks / scales[..., None], saturate=True)


def mx_round(values: Tensor, element: Float) -> Tensor:
    """Quantize and dequantize: values in their shape and dtype; see :func:`mx_quantize`."""
    scales, elements = mx_quantize(values, element)
    return (scales[..., None] * elements).flatten(-2).to(values.dtype)
