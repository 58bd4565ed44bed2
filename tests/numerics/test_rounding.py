"""Rounding to whole numbers."""

import pytest
import torch

from lsdl_helpers.numerics.rounding import round_to_integer


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_rounding_at_random_has_the_right_mean_in_every_dtype(dtype):
    x = torch.full((400_000,), 2.0**-12, dtype=dtype)
    random = torch.Generator().manual_seed(0)
    rounded = round_to_integer(x, "stochastic", generator=random)
    assert rounded.dtype == dtype
    assert rounded.double().mean().item() == pytest.approx(2.0**-12, rel=0.5)
