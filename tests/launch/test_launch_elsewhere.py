"""launch in a notebook, in a program, and under torchrun; what is left when its caller dies."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path

import nbformat
import psutil
import pytest
import torch
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

DEFINITIONS = """
import os, time
import torch, torch.distributed as dist
from lsdl_helpers.launch import launch

def total(scale):
    value = torch.tensor([scale * (1 + dist.get_rank())])
    dist.all_reduce(value)
    return value.item()
"""
# One write a line: the ranks of torchrun share a pipe, and print writes the end apart.
PROGRAM = DEFINITIONS + r"""
print(f'{os.environ.get("RANK")}: {launch(total, 2, 10)}\n', end='', flush=True)
"""


def test_a_program_runs_in_place_under_torchrun(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    environment = os.environ | ({"USE_LIBUV": "0"} if sys.platform == "win32" else {})
    result = subprocess.run(
        [*torchrun, "2", program], capture_output=True, text=True, timeout=300, env=environment
    )
    assert result.returncode == 0, result.stderr
    why = "ranks 0 and 1 share a GPU" if torch.cuda.is_available() else "rank 0 has no GPU"
    lines = [line for line in result.stdout.splitlines() if not line.startswith("[Gloo]")]
    assert sorted(lines) == [
        "0: [30, 30]", "1: [30, 30]", f"gloo on the CPU: {why}",
    ]  # fmt: skip


NOTEBOOK = [
    DEFINITIONS + "\nwith torch.no_grad(): torch.ones(999, 999) @ torch.ones(999, 999)",
    "launch(total, 2, 10)",
    """
def bad():
    if dist.get_rank() == 1:
        raise ValueError("bad shard")
    dist.barrier()

launch(bad, 2)
""",
    "launch(total, 2, 10)",
]


def test_a_notebook_gets_results_and_the_line_of_its_cell():
    cells = [nbformat.v4.new_code_cell(source) for source in NOTEBOOK]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=300, allow_errors=True).execute()
    first, error, last = (cell.outputs[-1] for cell in cells[1:])
    assert first["data"]["text/plain"] == last["data"]["text/plain"] == "[30, 30]"
    assert 'cell, line 3, in bad: raise ValueError("bad shard")' in error["evalue"]


# What a rank has started ends with it where there are groups of processes.
SLEEP = [sys.executable, "-c", "import time; time.sleep(1000)"]
WAIT = f"subprocess.run({SLEEP})" if os.name == "posix" else "time.sleep(1000)"


def test_the_same_program_runs_by_itself_and_no_rank_outlives_it(tmp_path):
    mark = uuid.uuid4().hex
    program = tmp_path / "program.py"
    program.write_text(f"{PROGRAM}import subprocess\nlaunch(lambda: (print('here'), {WAIT}), 2)\n")
    folder = tmp_path / ("long" * 20)  # too long for a socket
    folder.mkdir()
    environment = os.environ | {"OUR_MARK": mark, "TMPDIR": str(folder)}
    environment.pop("LSDL_GROUPED_OUTPUT", None)
    caller = subprocess.Popen(
        [sys.executable, program], env=environment, stdout=subprocess.PIPE, text=True
    )
    if os.name == "posix":
        message, short = caller.stdout.readline().split("; they are in ")
        assert message == "launch: the temporary folder has too long a path for sockets"
    assert caller.stdout.readline() == "None: [30, 30]\n"
    assert sorted(caller.stdout.readline() for _ in range(2)) == ["[0] here\n", "[1] here\n"]
    assert len(marked(mark)) >= 3
    caller.kill()
    caller.communicate()
    end = time.monotonic() + 60
    while (marked(mark) or left(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    assert marked(mark) == []
    assert left(folder) == []
    if os.name == "posix":
        shutil.rmtree(short.strip())  # the killed program could not


def marked(mark):
    """Return the processes that have inherited the mark."""
    return [p.pid for p in psutil.process_iter() if environment_of(p).get("OUR_MARK") == mark]


def environment_of(process):
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def left(folder: Path):
    return [p for p in folder.iterdir() if p.name.startswith("lsdl-launch-")]
