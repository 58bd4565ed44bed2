import pytest
import torch

from lsdl_helpers.numerics import accumulate, saturating_pairs


@pytest.mark.parametrize("dtype", [torch.int8, torch.int16, torch.int32])
def test_an_accumulator_wraps_as_torchs_integers_do(dtype):
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


@pytest.mark.parametrize(("products", "bits"), [(torch.ones(2), 33), (torch.ones(2, 2), 8)])
def test_other_bits_and_shapes_are_refused(products, bits):
    with pytest.raises(
        ValueError, match=rf"{bits} bits, shape \({len(products)},.*2 to 32, \(n,\)"
    ):
        accumulate(products, bits)
