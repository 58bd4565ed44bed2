"""Rounding to integers: to the nearest, or stochastic, up or down at random."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

Rounding = Literal["nearest", "stochastic"]


def round_to_integer(
    values: Tensor, rounding: Rounding, *, generator: torch.Generator | None = None
) -> Tensor:
    """Round values of any shape to integers, in their own float dtype.

    "nearest" gives a tie to the even neighbor. "stochastic" goes up with a probability equal to
    the distance from the number below, so the mean over many roundings is the value itself
    (Gupta and others, arXiv:1502.02551, section 3).

    Raises:
        ValueError: for another rounding.

    >>> round_to_integer(torch.tensor([0.5, 1.5, 2.4]), "nearest")
    tensor([0., 2., 2.])
    """
    if rounding == "nearest":
        return values.round()
    if rounding == "stochastic":
        dtype = torch.promote_types(values.dtype, torch.float32)  # random halves are too coarse
        random = torch.rand(values.shape, generator=generator, dtype=dtype, device=values.device)
        below = values.floor()
        return below + (random < values - below)
    raise ValueError(f"rounding={rounding!r}; allowed: 'nearest', 'stochastic'")
