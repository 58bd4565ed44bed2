"""Blocks of 32 with one power of two."""

import pytest
import torch

from lsdl_helpers.numerics import FP4_E2M1, FP8_E4M3, mx_quantize, mx_round


@pytest.mark.parametrize("element", [FP4_E2M1, FP8_E4M3])
def test_powers_of_two_move_the_scale_and_nothing_else(element):
    x = torch.randn(3, 64, generator=torch.Generator().manual_seed(0))
    scales, elements = mx_quantize(x, element)
    assert scales.shape == (3, 2)
    assert elements.shape == (3, 2, 32)
    larger_scales, same = mx_quantize(x * 1024, element)
    assert torch.equal(larger_scales, scales * 1024)
    assert torch.equal(same, elements)


def test_a_block_worked_out_by_hand():
    x = torch.zeros(32)
    x[:4] = torch.tensor([10.0, 3.0, -1.0, 0.4])  # largest 10: 2^3, minus 2 for E2M1's 6
    scales, elements = mx_quantize(x, FP4_E2M1)
    assert scales.item() == 2
    assert elements[0, :4].tolist() == [4.0, 1.5, -0.5, 0.0]  # 5 is a tie, 4 is the even one
    assert mx_round(x, FP4_E2M1)[:4].tolist() == [8.0, 3.0, -1.0, 0.0]


def test_zeros_stay_zeros():
    assert not mx_round(torch.zeros(32), FP8_E4M3).any()


@pytest.mark.parametrize("bad", [torch.ones(33), torch.full((32,), float("nan"))])
def test_mistakes_are_named(bad):
    with pytest.raises(ValueError, match="multiple of 32"):
        mx_quantize(bad, FP8_E4M3)
