"""The chapter gpu/timing on a machine whose torch.accelerator says that there is a GPU."""

import time

import matplotlib.pyplot as plt
import nbformat
import pytest
import torch

from lsdl_helpers import measure
from lsdl_helpers.measure import benchmark, compare
from tools.notebook_form import ROOT


class Event:
    """An event of a device that is always done, since it is the CPU."""

    def __init__(self, enable_timing):
        assert enable_timing

    def record(self):
        self.at = time.perf_counter()

    def synchronize(self):
        pass

    def elapsed_time(self, end):
        return 1e3 * (end.at - self.at)


@pytest.fixture
def waits(monkeypatch):
    """Stand in for the accelerator's interface, with tensors on the CPU; log how often it waits."""
    log, threads, device = [], torch.get_num_threads(), torch.device("cpu")
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(
        torch.accelerator, "current_accelerator", lambda check_available=False: device
    )
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: log.append("wait"))
    monkeypatch.setattr(torch, "Event", Event)
    for fn in (benchmark, compare):  # as few samples as they take
        monkeypatch.setattr(
            measure, fn.__name__, lambda *fns, fn=fn, **more: fn(*fns, **(more | {"seconds": 0}))
        )
    yield log
    torch.set_num_threads(threads)
    torch.set_grad_enabled(True)
    plt.close("all")


@pytest.mark.slow
def test_the_cells_for_a_gpu_run(waits, capsys):
    notebook = nbformat.read(ROOT / "book/gpu/timing.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "explore(draw" not in cell.source:
            exec(cell.source.replace("else 4096", "else 256"), names)  # it is a CPU
    printed = capsys.readouterr().out
    assert "no GPU here" not in printed
    assert not names["gpu"].is_standin
    assert names["timing"].clock == "device events"
    assert names["on_gpu"].keys() == names["measured"].keys()
    assert len(waits) >= 2 * 20, "each of the twenty convolutions is waited for, and before it"
    assert all(entry.measured is not None for entry in names["ledger"]._entries.values())
