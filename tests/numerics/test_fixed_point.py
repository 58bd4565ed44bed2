"""Fixed point against Python's arithmetic of integers."""

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lsdl_helpers.numerics import FixedPoint, dynamic_fixed_point


@settings(deadline=None, max_examples=100)
@given(value=st.floats(-9, 9, width=32), fraction_bits=st.integers(0, 7))
def test_quantize_rounds_as_python_does_and_cuts(value, fraction_bits):
    form = FixedPoint(8, fraction_bits)
    code = min(max(round(value * 2**fraction_bits), -128), 127)
    assert form.quantize(torch.tensor([value])).item() == code
    assert form.round(torch.tensor([value])).item() == code / 2**fraction_bits


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_codes_of_any_dtype_stay_within_their_bits(dtype):
    x = torch.tensor([9.0, -9.0, float("inf"), float("-inf")], dtype=dtype)
    assert FixedPoint(16, 12).quantize(x).tolist() == [32767, -32768] * 2
    if dtype != torch.float16:
        assert dynamic_fixed_point(x[:2], 24).quantize(x[:2]).tolist() == [9 * 2**19, -9 * 2**19]


@settings(deadline=None, max_examples=100)
@given(values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=9))
@example(values=[2.0**-149])
@example(values=[2.0**-143, -3 * 2.0**-149])
@example(values=[torch.finfo(torch.float32).min, 0.0])
def test_the_dynamic_scale_holds_the_largest_and_wastes_no_bit(values):
    x = torch.tensor(values)
    form = dynamic_fixed_point(x, 8)
    assert (form.round(x) - x).abs().max() <= form.unit / 2
    if x.abs().max() > 1e-30:
        assert x.abs().max() > form.largest / 2.02


@pytest.mark.parametrize("bad", [[], [float("inf")], [float("nan")], [1e300]])
def test_a_scale_needs_finite_numbers(bad):
    with pytest.raises(ValueError, match="finite"):
        dynamic_fixed_point(torch.tensor(bad, dtype=torch.float64), 8)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="2 to 24"):
        FixedPoint(32, 4)
    with pytest.raises(ValueError, match="fraction_bits=150; allowed: -127 to 149"):
        FixedPoint(8, 150)
    with pytest.raises(ValueError, match="no NaN"):
        FixedPoint(8, 4).quantize(torch.tensor([float("nan")]))
