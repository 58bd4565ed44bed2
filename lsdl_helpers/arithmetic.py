"""Reproducible arithmetic: the same bits on every x86 processor, so that a page can be checked.

The libraries choose their routines by the processor, and each routine adds in an order of its
own. Here all of them are held to what every processor with AVX2 has, on one thread. The price:
convolutions take up to 1.4 times as long, large matrix products three times. ARM and GPUs are
left to their own arithmetic.
"""

import os
import pickle
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle

# Read by the libraries when they are loaded, or at their first product.
ENVIRONMENT = {
    "ATEN_CPU_CAPABILITY": "avx2",  # torch
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",  # with AVX2, Intel's and AMD's processors take different routines
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL "
    "AVX512_SPR X86_V4",  # numpy names them so; those that it does not know it ignores
    "OMP_NUM_THREADS": "1",  # the order of a sum depends on the number of threads
    "OPENBLAS_NUM_THREADS": "1",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # without it CUDA's products are not deterministic
}


def is_x86() -> bool:
    """Tell whether this is a processor whose arithmetic can be held to AVX2."""
    return platform.machine().lower() in ("x86_64", "amd64")


def use_reproducible_arithmetic() -> bool:
    """Make this process compute reproducibly; call it before torch and numpy are loaded.

    Processes that it starts inherit the environment. On a GPU the algorithms are deterministic
    where torch has such, and their numbers are the GPU's own.

    Returns:
        Whether it came in time: False if torch or numpy was loaded and had read its settings.

    >>> use_reproducible_arithmetic()  # doctest: +SKIP
    True
    """
    loaded = {"torch", "numpy"} & set(sys.modules)
    in_time = not loaded or all(os.environ.get(key) == ENVIRONMENT[key] for key in ENVIRONMENT)
    if is_x86():
        os.environ.update(ENVIRONMENT)
    import torch

    # not use_deterministic_algorithms, which loads the compiler, too: two seconds
    torch.set_deterministic_debug_mode("warn" if torch.accelerator.is_available() else "error")
    return in_time


PROGRAM = "from lsdl_helpers import arithmetic; arithmetic._call()"


def reproducibly(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function in a process of its own with reproducible arithmetic; return its result.

    For a page that trains and times: this process keeps its fast arithmetic and its threads.
    What the function prints is shown when it is done. Two seconds go to loading torch there.

    Args:
        fn: of a module or of a notebook; arguments and result must be picklable, tensors on
            the CPU. It sees nothing that this process has drawn or set, so it seeds itself.

    Raises:
        RuntimeError: if the function raised, with its traceback, or its process was killed.

    >>> reproducibly(torch.get_num_threads)
    1
    """
    with tempfile.TemporaryDirectory(prefix="lsdl-") as folder:
        call, result = Path(folder, "call"), Path(folder, "result")
        call.write_bytes(cloudpickle.dumps((fn, args, kwargs)))
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(call), str(result)], capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        print(done.stdout, end="")
        if done.returncode:
            raise RuntimeError(_why(getattr(fn, "__name__", repr(fn)), done))
        print(done.stderr, end="", file=sys.stderr)
        return pickle.loads(result.read_bytes())


def _call() -> None:
    """In the process of its own: choose the arithmetic, and only then load the function."""
    call, result = map(Path, sys.argv[1:])
    use_reproducible_arithmetic()
    fn, args, kwargs = pickle.loads(call.read_bytes())
    result.write_bytes(cloudpickle.dumps(fn(*args, **kwargs)))


def _why(name: str, done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode > 0:
        return f"{name} failed in its own process:\n{done.stderr}"
    memory = "; the system does so when memory runs out" if done.returncode == -9 else ""
    return f"the process of {name} was killed by signal {-done.returncode}{memory}"
