"""What the page teaches in its shortest form agrees with what the package has."""

import nbformat
import pytest
import torch

from lsdl_helpers.dynamic import threshold_at_recall
from tools.notebook_form import ROOT


@pytest.fixture(scope="module")
def threshold_at():
    notebook = nbformat.read(ROOT / "book/dynamic/cascades.ipynb", as_version=4)
    names = {"torch": torch}
    for cell in notebook.cells:
        if cell.source.startswith("def threshold_at"):
            exec(cell.source, names)
    return names["threshold_at"]


@pytest.mark.parametrize("recall", [0.5, 0.98, 1.0])
def test_the_threshold(threshold_at, recall):
    scores = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    assert threshold_at(recall, scores) == threshold_at_recall(scores, recall)
