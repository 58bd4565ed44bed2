"""Products that torch's counter leaves out count as torch counts the same of matrices."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from lsdl_helpers.measure import cost
from lsdl_helpers.measure.products import is_product


class Product(nn.Module):
    def __init__(self, product, *shapes):
        super().__init__()
        self.product = product
        self.weights = nn.ParameterList([torch.ones(shape) for shape in shapes])

    def forward(self, x):
        return self.product(x, *self.weights)


@pytest.mark.parametrize(("product", "shapes", "same"), [
    (torch.matmul, [(2, 8), (8,)], [(1, 2, 8, 1)]),
    (torch.matmul, [(3, 2, 8), (8,)], [(3, 2, 8, 1)]),
    (torch.matmul, [(8,), (8, 3)], [(1, 1, 8, 3)]),
    (torch.dot, [(8,), (8,)], [(1, 1, 8, 1)]),
    (torch.vdot, [(8,), (8,)], [(1, 1, 8, 1)]),
    (torch.inner, [(2, 8), (3, 8)], [(1, 2, 8, 3)]),
    (torch.outer, [(2,), (8,)], [(1, 2, 1, 8)]),
    (lambda x, w, y: torch.addmv(y, x, w), [(2, 8), (8,), (2,)], [(1, 2, 8, 1)]),
    (lambda x, w, y: y.addmv_(x, w), [(2, 8), (8,), (2,)], [(1, 2, 8, 1)]),
    (lambda x, w, y: torch.addr(y, x, w), [(2,), (8,), (2, 8)], [(1, 2, 1, 8)]),
    (lambda x, w, y: torch.addbmm(y, x, w), [(5, 2, 8), (5, 8, 3), (2, 3)], [(5, 2, 8, 3)]),
    (lambda x, w, y: y.addmm_(x, w), [(2, 8), (8, 3), (2, 3)], [(1, 2, 8, 3)]),
    (lambda x, w, y: y.baddbmm_(x, w), [(5, 2, 8), (5, 8, 3), (5, 2, 3)], [(5, 2, 8, 3)]),
    (lambda x, w, y: functional.bilinear(x, y, w), [(2, 4), (6, 4, 5), (2, 5)],
     [(1, 2, 4, 6 * 5), (2, 6, 5, 1)]),
    (lambda x, w: torch._int_mm(x.char(), w.char()), [(32, 8), (8, 8)], [(1, 32, 8, 8)]),
])  # fmt: skip
def test_a_product_counts_as_products_of_matrices(product, shapes, same):
    with FlopCounterMode(display=False) as counter:
        for batch, rows, inner, columns in same:
            torch.bmm(torch.ones(batch, rows, inner), torch.ones(batch, inner, columns))
    counted = cost(Product(product, *shapes[1:]), shapes[0]).multiply_adds
    assert 2 * counted == counter.get_total_flops() > 0


@pytest.mark.parametrize(("shape", "other"), [
    ((2, 3, 4), (3, 1)),  # a factor for each channel
    ((2, 1, 4, 1), (2, 1, 1, 4)),  # a mask, of those of rows and columns
])  # fmt: skip
def test_what_is_repeated_on_both_sides_need_not_be_an_outer_product(shape, other):
    assert cost(Product(torch.mul, other), shape).multiply_adds == 0


@torch.library.custom_op("lsdl_tests::fused_mm", mutates_args=())
def fused_mm(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a @ b


@fused_mm.register_fake
def _(a, b):
    return a.new_empty(a.shape[0], b.shape[1])


def test_a_product_without_a_formula_is_named():
    with pytest.warns(UserWarning, match="lsdl_tests::fused_mm is a product and not counted"):
        assert cost(Product(fused_mm, (8, 3)), (2, 8)).multiply_adds == 0


@pytest.mark.parametrize(("name", "product"), [
    ("aten::_scaled_dot_product_flash_attention_for_cpu", True),
    ("aten::_grouped_mm", True),
    ("aten::_cdist_forward", True),
    ("aten::_fft_r2c", True),
    ("torchvision::deform_conv2d", True),
    ("aten::add.Tensor", False),
    ("aten::upsample_bilinear2d", False),
    ("aten::hammersley", False),
])  # fmt: skip
def test_a_product_is_known_by_its_name(name, product):
    assert is_product(name) == product
