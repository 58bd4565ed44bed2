import pytest
import torch

from lsdl_helpers.numerics import Affine, accumulate, asymmetric, saturating_pairs, symmetric


@pytest.mark.parametrize("choose", [asymmetric, symmetric])
@pytest.mark.parametrize("bits", [2, 5, 8])
@pytest.mark.parametrize("shift", [-3.0, 0.0, 3.0], ids="shift {}".format)
def test_it_rounds_as_torch_does_and_holds_its_range(choose, bits, shift):
    x = torch.randn(1000, generator=torch.Generator().manual_seed(bits)) + shift
    a = choose(x, bits)
    ours = a.dequantize(a.quantize(x))
    theirs = torch.fake_quantize_per_tensor_affine(x, a.scale, a.zero_point, a.lowest, a.highest)
    assert torch.allclose(ours, theirs, atol=1e-6)
    assert (ours - x).abs().max() <= a.scale * 1.01, "within the range half a scale, or the shift"
    assert a.dequantize(a.quantize(torch.zeros(1))).item() == 0.0


def test_codes_span_their_bits():
    x = torch.tensor([-1.0, 3.0])
    assert asymmetric(x).quantize(x).tolist() == [0, 255]
    assert symmetric(x).quantize(x).tolist() == [-42, 127]
    assert asymmetric(torch.zeros(3)).quantize(torch.zeros(3)).tolist() == [0, 0, 0]
    assert asymmetric(torch.ones(1)).zero_point == 0, "0 is always in the range"


@pytest.mark.parametrize("choose", [asymmetric, symmetric])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_number_of_any_dtype_gets_the_nearest_code(choose, dtype):
    x = (torch.randn(4096, generator=torch.Generator().manual_seed(0)) * 9).to(dtype)
    a = choose(x)
    off = (a.quantize(x).double() - a.zero_point) * a.scale - x.double()
    assert off.abs().max() <= a.scale / 2 * (1 + 1e-9) + (a.zero_point > 0) * a.scale / 2
    assert torch.equal(a.quantize(x), a.quantize(x.double()))


@pytest.mark.parametrize("largest", [0.0, 1e-45, 1e-43, 1e-40, 3.4e38])
def test_a_range_of_any_size_has_codes(largest):
    x = torch.tensor([0.0, largest])
    assert asymmetric(x).quantize(x).tolist() == [0, 255 * (largest > 0)]
    assert asymmetric(x).dequantize(asymmetric(x).quantize(x)).tolist() == x.tolist()
    assert symmetric(x).dequantize(symmetric(x).quantize(x)).tolist() == x.tolist()


def test_codes_of_bytes_are_dequantized_below_zero():
    a = Affine(scale=0.5, zero_point=3, lowest=0, highest=255)
    codes = torch.tensor([0, 255], dtype=torch.uint8)
    assert a.dequantize(codes).tolist() == [a.smallest, a.largest]


def test_what_is_too_large_gets_the_end_of_the_range():
    a = Affine(scale=0.5, zero_point=3, lowest=0, highest=15)
    assert (a.smallest, a.largest) == (-1.5, 6.0)
    assert a.quantize(torch.tensor([-100.0, 0.0, 100.0])).tolist() == [0, 3, 15]
    assert a.quantize(torch.tensor([-torch.inf, torch.inf])).tolist() == [0, 15]


@pytest.mark.parametrize("dtype", [torch.int8, torch.int16, torch.int32])
def test_an_accumulator_wraps_as_torchs_whole_numbers_do(dtype):
    bits = torch.iinfo(dtype).bits
    generator = torch.Generator().manual_seed(0)
    products = torch.randint(-(2 ** (bits - 2)), 2 ** (bits - 2), (200,), generator=generator)
    expected = products.to(dtype).cumsum(0, dtype=dtype)
    assert torch.equal(accumulate(products, bits), expected.long())
    assert not torch.equal(expected.long(), products.cumsum(0)), "or the test says nothing"


def test_a_saturating_accumulator_stays_at_its_end():
    products = torch.tensor([100, 100, -100, -300, 5])
    assert accumulate(products, 8, saturate=True).tolist() == [100, 127, 27, -128, -123]


def test_pairs_saturate_one_by_one():
    w = torch.tensor([[127, 127, 1, 2], [-128, -128, 0, 0]], dtype=torch.int8)
    x = torch.tensor([[255, 255, 3, 4], [128, 128, 9, 9]], dtype=torch.uint8)
    assert saturating_pairs(w, x).tolist() == [[32767 + 11, -32768], [32512 + 27, -32768]]


@pytest.mark.parametrize(("call", "said"), [
    (lambda: asymmetric(torch.ones(2), 9), "bits=9; allowed: 2 to 8"),
    (lambda: symmetric(torch.empty(0)), "at least one"),
    (lambda: symmetric(torch.tensor([torch.nan])), "finite numbers"),
    (lambda: symmetric(torch.ones(1)).quantize(torch.tensor([torch.nan])), "NaN has no code"),
    (lambda: Affine(0.0, 0, 0, 1), "scale above 0"),
    (lambda: Affine(torch.inf, 0, 0, 1), "finite scale"),
    (lambda: Affine(1.0, 256, 0, 255), "zero point from 0 to 255"),
    (lambda: accumulate(torch.ones(2), 33), "allowed: 2 to 32"),
    (lambda: accumulate(torch.ones(2, 2), 8), "shape"),
])  # fmt: skip
def test_a_mistake_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
