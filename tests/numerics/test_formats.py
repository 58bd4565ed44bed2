"""Floating-point formats, bit for bit against torch's conversions."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lsdl_helpers.numerics import BF16, FP4_E2M1, FP8_E4M3, FP8_E5M2, FP16, Float

TORCH = {
    FP16: (torch.float16, torch.int16),
    BF16: (torch.bfloat16, torch.int16),
    FP8_E4M3: (torch.float8_e4m3fn, torch.uint8),
    FP8_E5M2: (torch.float8_e5m2, torch.uint8),
}
FORMATS = pytest.mark.parametrize("form", TORCH, ids=lambda form: form.name)


def torch_codes(values, form):
    dtype, integers = TORCH[form]
    return values.to(dtype).view(integers).long() % 2**form.bits


@FORMATS
def test_every_code_decodes_as_in_torch_and_comes_back(form):
    dtype, integers = TORCH[form]
    codes = torch.arange(2**form.bits)
    expected = codes.to(integers).view(dtype).double()
    decoded = form.decode(codes)
    small = codes.to(integers) if integers == torch.uint8 else codes[: 2**15].to(integers)
    assert torch.equal(form.decode(small).nan_to_num(), decoded[: len(small)].nan_to_num())
    assert torch.equal(decoded.isnan(), expected.isnan())
    number = ~expected.isnan()
    assert torch.equal(decoded[number], expected[number])
    assert torch.equal(form.encode(decoded)[number], codes[number])


def all_kinds_of_float32(n):
    random = torch.Generator().manual_seed(0)
    patterns = torch.randint(-(2**31), 2**31, (n // 2,), generator=random).int()
    spread = torch.randn(n // 2, generator=random) * 2.0 ** torch.randint(
        -20, 20, (n // 2,), generator=random
    )
    kinds = torch.tensor([0.0, -0.0, math.inf, -math.inf, math.nan, 1e-45, 464.0, 465.0, 61440.0])
    return torch.cat([patterns.view(torch.float32), spread, kinds])


@FORMATS
def test_a_million_float32_encode_as_in_torch(form):
    values = all_kinds_of_float32(1_000_000)
    number = ~values.isnan()
    # torch 2.14 saturates E4M3, older versions give NaN; we take the mode that torch has
    saturates = torch.tensor(1e6).to(TORCH[form][0]).float().isfinite().item()
    codes = form.encode(values, saturate=saturates and form is FP8_E4M3)
    assert torch.equal(codes[number], torch_codes(values, form)[number])
    assert form.decode(codes[~number]).isnan().all()


@FORMATS
def test_ties_between_all_neighbors_go_to_the_even_code(form):
    finite = form.decode(torch.arange(form.largest_code + 1))
    ties = ((finite[1:] + finite[:-1]) / 2).float()
    assert torch.equal(form.encode(ties), torch_codes(ties, form))
    assert (form.encode(ties) % 2 == 0).all()


@FORMATS
def test_saturation_cuts_at_the_largest(form):
    values = torch.tensor([math.inf, -math.inf, 3e38])
    expected = torch.tensor([1.0, -1.0, 1.0]) * form.largest
    if form is BF16:
        expected[2] = BF16.round(values[2])
    assert torch.equal(form.round(values, saturate=True), expected)


@FORMATS
@settings(deadline=None, max_examples=50)
@given(value=st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_rounding_is_to_a_neighbor_odd_and_idempotent(form, value):
    x = torch.tensor(value, dtype=torch.float64)
    rounded = form.round(x, saturate=True)
    assert torch.equal(form.round(-x, saturate=True), -rounded)
    assert torch.equal(form.round(rounded), rounded)
    if abs(value) <= form.largest:
        assert abs(rounded - x) <= max(abs(value) * 2.0 ** -(form.mantissa_bits + 1),
                                       form.smallest / 2)  # fmt: skip


@FORMATS
@settings(deadline=None, max_examples=25)
@given(share=st.floats(0, 1), code=st.integers(0, 100))
def test_stochastic_rounding_gives_a_neighbor_and_the_right_mean(form, share, code):
    low, high = form.decode(torch.tensor([code, code + 1]))
    x = (low + share * (high - low)).expand(4000)
    random = torch.Generator().manual_seed(0)
    rounded = form.round(x, rounding="stochastic", generator=random)
    assert ((rounded == low) | (rounded == high)).all()
    assert abs((rounded.mean() - x[0]) / (high - low)) < 0.05


def test_the_limits_are_those_of_the_papers():
    assert [FP8_E4M3.largest, FP8_E5M2.largest, FP4_E2M1.largest] == [448, 57344, 6]
    assert FP16.largest == torch.finfo(torch.float16).max
    assert BF16.smallest_normal == torch.finfo(torch.bfloat16).smallest_normal
    positive = FP4_E2M1.decode(torch.arange(8))
    assert positive.tolist() == [0, 0.5, 1, 1.5, 2, 3, 4, 6]


def test_without_saturation_too_large_becomes_nan_or_infinity():
    values = torch.tensor([464.0, 465.0, math.inf])
    assert FP8_E4M3.round(values).isnan().tolist() == [False, True, True]
    assert FP8_E5M2.round(torch.tensor([61439.0, 61440.0])).tolist() == [57344, math.inf]


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="9 exponent"):
        Float("wide", 9, 2)
    with pytest.raises(ValueError, match="'ieee', 'nan', 'none'"):
        Float("odd", 4, 3, specials="some")
    with pytest.raises(ValueError, match="0 to 255"):
        FP8_E4M3.decode(torch.tensor([256]))
    with pytest.raises(ValueError, match="'nearest', 'stochastic'"):
        FP8_E4M3.encode(torch.ones(1), rounding="up")
    with pytest.raises(ValueError, match="ends at 6"):
        FP4_E2M1.encode(torch.tensor([8.0]))
    with pytest.raises(ValueError, match="no NaN"):
        FP4_E2M1.encode(torch.tensor([math.nan]), saturate=True)
