"""The first cell of every notebook, in a process of its own as in a fresh kernel."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import lsdl_helpers
from lsdl_helpers import notebook
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.measure import processor_name
from lsdl_helpers.notebook import version_warnings

CLONE = Path(lsdl_helpers.__file__).parents[1]
THIS = f"lsdl_helpers {lsdl_helpers.__version__} of {CLONE}"


def run(program, **environment):
    environ = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, env=environ | environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_one_line_about_the_machine_and_openmp_told_before_torch_is_loaded():
    program = (
        "import sys, os, lsdl_helpers as lsdl; assert 'torch' not in sys.modules;"
        "ledger = lsdl.setup('models/vgg'); print(ledger.chapter, ledger.machine, sep='\\n');"
        "print(os.environ['OMP_WAIT_POLICY'])"
    )
    lines = run(program)
    pattern = (
        r"Python 3\.\d+\.\d+ · torch \S+ · (.+), \d+ cores? · \w+ · fast arithmetic · skipped: .+"
    )
    assert re.fullmatch(pattern, lines[0])[1] == processor_name()
    assert lines[1:] == ["models/vgg", lines[0], "PASSIVE"]


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("model name : AMD EPYC\nflags : sse4_2 avx2 avx512f\n", "AMD EPYC (AVX-512)"),
        ("model name : AMD EPYC\nflags : sse4_2 avx2\n", "AMD EPYC (no AVX-512)"),
        ("Features : asimd sve\n", "unknown processor"),
    ],
)
def test_the_line_names_the_processor_and_the_cores_of_a_container(monkeypatch, cpuinfo, expected):
    texts = {"/sys/fs/cgroup/cpu.max": "100000 100000\n", "/proc/cpuinfo": cpuinfo}
    machine = importlib.import_module("lsdl_helpers.measure.machine")
    monkeypatch.setattr(machine, "_read", lambda path: texts.get(path, ""))
    monkeypatch.setattr(machine, "_sysctl", lambda *arguments: "")
    assert f" · {expected}, 1 core · " in notebook._machine_line("fast")


def test_torch_loaded_too_early_and_a_chapter_unknown_here_are_warned_of():
    program = (
        "import torch, lsdl_helpers as lsdl; lsdl.setup('models/later');"
        "lsdl.setup('models/vgg', arithmetic='reproducible')"
    )
    _, early, older, _, too_late = run(program)
    assert early.endswith("restart the kernel for steadier times")
    assert older.startswith(f"{THIS} is older than this notebook, it does not know models/later:")
    assert "pip uninstall lsdl_helpers, restart the kernel" in older
    assert too_late.endswith("imported before setup: restart the kernel for the same bits")


def test_a_notebook_alone_or_in_this_clone_is_as_old_as_this_copy(tmp_path, monkeypatch):
    for folder in (tmp_path, CLONE, CLONE / "book" / "models"):
        monkeypatch.chdir(folder)
        assert list(version_warnings("models/vgg")) == []


def test_another_copy_than_the_one_in_the_notebooks_clone_is_named(tmp_path, monkeypatch):
    (tmp_path / "lsdl_helpers").mkdir()
    (tmp_path / "lsdl_helpers" / "__init__.py").write_text('__version__ = "99.1"\n')
    (tmp_path / "_toc.yml").touch()
    (tmp_path / "book" / "models").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "book" / "models")
    (line,) = version_warnings("models/later")
    assert line == (
        f"{THIS} is imported, but this notebook is of {tmp_path}, which has 99.1: "
        f'pip install -e "{tmp_path}", then restart the kernel'
    )


def test_another_arithmetic_is_refused():
    with pytest.raises(ValueError, match="arithmetic is 'exact'; allowed: "):
        lsdl_helpers.setup("models/vgg", arithmetic="exact")


def reproducible(**environment):
    """Set up so, and print the arithmetic and what it gives."""
    program = (
        "import lsdl_helpers as lsdl; lsdl.setup('models/vgg', arithmetic='reproducible');"
        "import hashlib, os, torch, numpy as np; torch.manual_seed(0); x = torch.rand(257, 257);"
        "print(os.environ['OMP_WAIT_POLICY']);"
        "print(torch.get_num_threads(), torch.backends.cpu.get_cpu_capability(),"
        "os.environ['MKL_CBWR'], torch.are_deterministic_algorithms_enabled());"
        "y = torch.nn.functional.conv2d(x.view(1, 1, 257, 257), x[:9, :25].reshape(9, 1, 5, 5));"
        "parts = (x @ x, y, x.exp().numpy(), np.exp(x.numpy()), np.linalg.inv(x.numpy()));"
        "print(*(hashlib.sha1(np.asarray(p).tobytes()).hexdigest()[:8] for p in parts))"
    )
    return run(program, **environment)


@pytest.mark.slow
@pytest.mark.skipif(not is_x86(), reason="not an x86 processor")
def test_reproducible_bits_do_not_depend_on_the_instruction_sets():
    """Of this processor as it is, and of one on which the libraries find fewer."""
    line, policy, arithmetic, bits = reproducible(OMP_WAIT_POLICY="ACTIVE")
    assert policy == "ACTIVE", "the reader's choice stands"
    assert f" · {processor_name()}, " in line, "not as the arithmetic is capped"
    assert ("same bits on every x86 processor" in line) != torch.accelerator.is_available()
    assert arithmetic == "1 AVX2 COMPATIBLE True"
    fewer = {"ATEN_CPU_CAPABILITY": "default", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}
    assert reproducible(**fewer)[2:] == [arithmetic, bits]
