"""What only a GPU can show; elsewhere it is skipped."""

import json
import os
import re
import subprocess
import sys

import cloudpickle
import nbformat
import pytest
import torch
import torch.distributed as dist
from nbclient import NotebookClient

from experiments import accelerator
from lsdl_helpers import models
from lsdl_helpers.cpu import optimize_for_inference
from lsdl_helpers.data import results
from lsdl_helpers.gpu import find_device
from lsdl_helpers.launch import (
    RankError,
    launch,
    load_latest_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)
from lsdl_helpers.measure import benchmark
from lsdl_helpers.measure.microbenchmarks import measure_limits
from tools.notebook_form import ROOT

cloudpickle.register_pickle_by_value(sys.modules[__name__])
if not torch.cuda.is_available():
    pytest.skip("no GPU", allow_module_level=True)


def total(scale):
    device = torch.device("cuda" if dist.get_backend() == "nccl" else "cpu")
    value = torch.tensor([scale * (1 + dist.get_rank())], device=device)
    dist.all_reduce(value)
    return value.item(), value.device.type


def test_orders_return_before_they_are_done():
    gpu = find_device()
    a = torch.rand(8192, 8192, device=gpu.device)
    products = [torch.empty_like(a) for _ in range(20)]
    gpu.synchronize()
    done = torch.Event()
    for product in products:
        gpu.submit(lambda product=product: torch.mm(a, a, out=product))
    done.record()
    assert not done.query()
    assert gpu.fetch(products[-1]).device.type == "cpu"
    assert done.query()


def test_the_device_keeps_the_time():
    x = torch.rand(512, 512, device="cuda")
    timing = benchmark(lambda: x @ x, seconds=0.1)
    assert (timing.clock, timing.device) == ("device events", "cuda")


def test_limits_are_those_of_the_gpu():
    limits = measure_limits(seconds=5)
    assert limits.device == "cuda"
    assert {"float32", "bfloat16"} <= {name for name, _ in limits.peaks}, limits.left_out


def test_one_rank_uses_nccl_and_ranks_that_would_share_a_gpu_do_not():
    assert launch(total, 1, 10) == [(10, "cuda")]
    more = torch.cuda.device_count() + 1
    assert launch(total, more, 10) == [(10 * sum(range(1, more + 1)), "cpu")] * more
    with pytest.raises(RankError, match="share a GPU"):
        launch(total, more, 10, backend="nccl")


def test_a_checkpoint_of_the_gpu_comes_back_on_the_cpu_with_its_random_state(tmp_path):
    weight = torch.rand(3, device="cuda")
    save_checkpoint(tmp_path, 1, {"weight": weight, "random": random_state()})
    expected = torch.rand(3, device="cuda")
    _, state = load_latest_checkpoint(tmp_path)
    assert state["weight"].device.type == "cpu"
    assert torch.equal(state["weight"], weight.cpu())
    set_random_state(state["random"])
    assert torch.equal(torch.rand(3, device="cuda"), expected)


def test_the_record_is_made_anew(monkeypatch):
    """Of what is stored for the chapter on timing: the same names, other times."""
    monkeypatch.setattr(accelerator, "BATCHES", (1, 4))
    stored = results.load("accelerator")
    times = accelerator.times(torch.device("cuda"), seconds=0)
    assert times.keys() == stored.keys() - {"settings"}
    for name in ("cpu", "resident", "with transfers", "pinned"):
        assert times[name].keys() == {"1", "4"} <= stored[name].keys()
    assert times["transfer"].keys() == stored["transfer"].keys()


@pytest.mark.slow
def test_the_chapter_on_timing_uses_the_gpu():
    notebook = nbformat.read(ROOT / "book/gpu/timing.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert "no GPU here" not in str(outputs)


@pytest.mark.parametrize(("dtype", "tolerance"), [(None, 1e-4), (torch.bfloat16, 0.1)])
def test_the_optimized_network_is_the_network(dtype, tolerance, monkeypatch, capsys):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    torch.manual_seed(0)
    model = models.build("resnet18").eval().to("cuda")
    x = torch.rand(2, 3, 224, 224, device="cuda")
    with torch.inference_mode():
        expected, output = model(x), optimize_for_inference(model, dtype=dtype)(x).float()
    assert "float32 stays" not in capsys.readouterr().out
    assert (output - expected).abs().max() < tolerance * expected.abs().max()


@pytest.mark.slow
def test_a_killed_rank_on_nccl_changes_nothing(tmp_path):
    def weights(program, folder, restarts=0, **environment):
        command = [
            sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=1",
            f"--max-restarts={restarts}", program, "--steps=60", "--every=7", f"--folder={folder}",
        ]  # fmt: skip
        run = subprocess.run(
            command, env=os.environ | environment, capture_output=True, text=True, timeout=300
        )
        assert run.returncode == 0, run.stderr
        assert len(re.findall("^1 ranks, nccl", run.stdout, re.MULTILINE)) == 1 + restarts
        return re.findall("^weights (.*)$", run.stdout, re.MULTILINE)

    plan = json.dumps([(0, 20, "kill"), (0, 40, "writing")])
    expected = weights(ROOT / "examples/cluster/train.py", tmp_path / "whole")
    interrupted = ROOT / "tests/examples/interrupted.py"
    assert weights(interrupted, tmp_path / "parts", restarts=2, INTERRUPT=plan) == expected
