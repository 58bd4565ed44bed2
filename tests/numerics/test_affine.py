import pytest
import torch

from lsdl_helpers.numerics import AffineQuantizer, asymmetric, symmetric


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
    a = AffineQuantizer(scale=0.5, zero_point=3, lowest=0, highest=255)
    codes = torch.tensor([0, 255], dtype=torch.uint8)
    assert a.dequantize(codes).tolist() == [a.smallest, a.largest]


def test_what_is_too_large_gets_the_end_of_the_range():
    a = AffineQuantizer(scale=0.5, zero_point=3, lowest=0, highest=15)
    assert (a.smallest, a.largest) == (-1.5, 6.0)
    assert a.quantize(torch.tensor([-100.0, 0.0, 100.0])).tolist() == [0, 3, 15]
    assert a.quantize(torch.tensor([-torch.inf, torch.inf])).tolist() == [0, 15]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: asymmetric(torch.ones(2), 9), "bits=9; allowed: 2 to 8"),
    (lambda: symmetric(torch.empty(0)), "at least one"),
    (lambda: symmetric(torch.tensor([torch.nan])), "finite numbers"),
    (lambda: symmetric(torch.ones(1)).quantize(torch.tensor([torch.nan])), "NaN has no code"),
    (lambda: AffineQuantizer(0.0, 0, 0, 1), "scale above 0"),
    (lambda: AffineQuantizer(torch.inf, 0, 0, 1), "finite scale"),
    (lambda: AffineQuantizer(1.0, 256, 0, 255), "zero point from 0 to 255"),
])  # fmt: skip
def test_a_mistake_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
