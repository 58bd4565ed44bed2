"""What the chapter parallel/model_parallel defines in short agrees with the package."""

import sys

import cloudpickle
import nbformat
import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.model.tensor_parallel import ColumnLinear, Group, RowLinear
from tools.notebook_form import ROOT

cloudpickle.register_pickle_by_value(sys.modules[__name__])


def taught():
    """The cells that define the all-reduce and the two operations that mirror each other."""
    cells = nbformat.read(ROOT / "book/parallel/model_parallel.ipynb", as_version=4).cells
    wanted = ("def all_reduce", "class SumOverRanks", "class CopyToRanks")
    found = [cell.source for cell in cells if any(name in cell.source for name in wanted)]
    assert len(found) == len(wanted)
    return "\n".join(found)


def both(source):
    names = {"torch": torch, "dist": dist, "F": F}
    exec(source, names)
    torch.manual_seed(0)
    up, down, x = nn.Linear(6, 8), nn.Linear(8, 6), torch.randn(5, 6)
    nn.init.zeros_(up.bias)
    nn.init.zeros_(down.bias)
    group = Group()
    first, second = ColumnLinear(up, group), RowLinear(down, group)
    package = (x.clone().requires_grad_(), first.weight, second.weight)
    page = [x.clone().requires_grad_()]
    page += [part.detach().T.clone().requires_grad_() for part in package[1:]]
    results = second(F.gelu(first(package[0]))), names["mlp"](*page)
    for y in results:
        y.square().sum().backward()
    mine = [package[0].grad, *(w.grad.T for w in package[1:])]
    close = [torch.allclose(a, b.grad) for a, b in zip(mine, page, strict=True)]
    counts = len(group.all_reduced_bytes), len(names["messages"])
    return torch.allclose(*results), close, counts, float(page[1].grad.abs().max())


@pytest.mark.slow
def test_the_page_splits_as_the_package_does():
    for same, close, counts, size in launch(both, 2, taught(), backend="gloo"):
        assert same
        assert size > 0.1
        assert counts == (2, 2)
        assert close == [True, True, True]
