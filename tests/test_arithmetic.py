"""A function in a process of its own: its arithmetic, what it prints, and how it fails."""

import os
import signal

import pytest
import torch

from lsdl_helpers import arithmetic
from lsdl_helpers.arithmetic import is_x86, reproducibly


def state(factor, *, word):
    print(word)
    return {
        "tensor": factor * torch.ones(2),
        "process": os.getpid(),
        "threads": torch.get_num_threads(),
        "deterministic": torch.get_deterministic_debug_mode(),
        "environment": {key: os.environ.get(key) for key in arithmetic.ENVIRONMENT},
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


def environment():
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}


@pytest.fixture(scope="module")
def child():
    """What the other process tells; this one keeps its arithmetic and its environment."""
    before = torch.get_deterministic_debug_mode(), environment()
    told = reproducibly(state, 3, word="hello")
    assert (torch.get_deterministic_debug_mode(), environment()) == before
    return told


def test_the_process_is_another_and_its_arithmetic_reproducible(child):
    assert child["process"] != os.getpid()
    assert torch.equal(child["tensor"], torch.full((2,), 3.0))
    assert child["deterministic"] > 0
    if is_x86():
        assert child["environment"] == arithmetic.ENVIRONMENT
        assert (child["threads"], child["instructions"]) == (1, "AVX2")


def test_a_function_of_a_notebook_and_what_it_prints(capsys):
    cell = {"__name__": "__main__"}
    exec("def twice(x):\n    print('in the cell')\n    return 2 * x", cell)
    assert reproducibly(cell["twice"], 4) == 8
    assert capsys.readouterr().out == "in the cell\n"


def test_an_error_names_the_function_and_carries_its_traceback():
    with pytest.raises(RuntimeError, match=r"(?s)chr failed in its own process:.*Traceback.*range"):
        reproducibly(chr, -1)


@pytest.mark.skipif(os.name != "posix", reason="no signals")
def test_a_killed_process_is_named_so():
    with pytest.raises(RuntimeError, match="process of raise_signal was killed by signal 9; the s"):
        reproducibly(signal.raise_signal, signal.SIGKILL)
