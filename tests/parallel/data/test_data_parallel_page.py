"""What the page teaches in its shortest form agrees with what the package has."""

import sys

import cloudpickle
import nbformat
import pytest
import torch
import torch.distributed as dist
from torch import nn

from lsdl_helpers.launch import launch
from lsdl_helpers.parallel.collectives import ring_all_reduce
from lsdl_helpers.parallel.data import DataParallel
from tools.notebook_form import ROOT

cloudpickle.register_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def page():
    """The functions that the page defines, as its cells make them."""
    notebook = nbformat.read(ROOT / "book/parallel/data_parallel.ipynb", as_version=4)
    names = {"__name__": "__main__", "torch": torch, "dist": dist}
    for cell in notebook.cells:
        if cell.source.startswith(("def ring_all_reduce", "def average_gradients")):
            exec(cell.source, names)
    return names


def both_rings(ring):
    random = torch.Generator().manual_seed(dist.get_rank())
    taught = torch.randn(1001, generator=random)
    complete = taught.clone()
    return ring(taught), ring_all_reduce(complete), taught, complete


def test_the_ring(page):
    for sizes, sent, taught, complete in launch(both_rings, 3, page["ring_all_reduce"]):
        assert torch.equal(taught, complete)
        assert (len(sizes), sum(sizes)) == (sent.messages, sent.num_bytes)


def both_averages(average_gradients):
    gradients = []
    for wrap in (average_gradients, DataParallel):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
        wrapped = wrap(network)
        torch.manual_seed(dist.get_rank())
        network(torch.randn(6, 5)).square().mean().backward()
        getattr(wrapped, "finish", wrapped)()
        gradients.append([p.grad for p in network.parameters()])
    return gradients


def test_averaging_gradients(page):
    for taught, complete in launch(both_averages, 2, page["average_gradients"]):
        torch.testing.assert_close(taught, complete, rtol=0, atol=1e-7)
