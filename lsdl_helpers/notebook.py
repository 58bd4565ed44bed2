"""Set-up of a notebook: what its first cell calls."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import lsdl_helpers
from lsdl_helpers.arithmetic import is_x86, use_reproducible_arithmetic

if TYPE_CHECKING:
    from lsdl_helpers.ledger import Ledger

# Idle OpenMP threads otherwise spin and steal time from whatever is measured next. Read
# once, when torch is loaded.
_BEFORE_TORCH = {"OMP_WAIT_POLICY": "PASSIVE"}


def setup(chapter: str, arithmetic: str = "fast") -> Ledger:
    """Prepare this kernel, print one line about the machine, return the chapter's ledger.

    A further line says so where this copy of the package is not the notebook's: the notebook
    lies in a clone that has another, or this one, being older, does not know the chapter.

    Args:
        chapter: its part and name, e.g. "models/vgg".
        arithmetic: "fast", or "reproducible" where outputs are results of training or of
            counting: the same bits on every x86 processor (:mod:`lsdl_helpers.arithmetic`),
            at a price that makes it useless where times are measured.

    Raises:
        ValueError: for another arithmetic.

    >>> setup("models/vgg").chapter
    Python 3...
    'models/vgg'
    """
    if arithmetic not in ("fast", "reproducible"):
        raise ValueError(f'arithmetic is {arithmetic!r}; allowed: "fast", "reproducible"')
    late = "torch" in sys.modules and any(name not in os.environ for name in _BEFORE_TORCH)
    for name, value in _BEFORE_TORCH.items():
        os.environ.setdefault(name, value)
    in_time = arithmetic == "fast" or use_reproducible_arithmetic()
    keep_freed_memory()
    import pandas as pd

    from lsdl_helpers import plots  # not before the environment is set: these load torch
    from lsdl_helpers.ledger import Ledger

    plots.use_style()
    pd.set_option("display.expand_frame_repr", False)  # tables as wide as they are
    machine = _machine_line(arithmetic)
    print(machine)
    if not in_time:
        print("torch or numpy was imported before setup: restart the kernel for the same bits")
    elif late:
        print("torch was imported before setup: restart the kernel for steadier times")
    for line in version_warnings(chapter):
        print(line)
    return Ledger(chapter, machine)


def keep_freed_memory() -> None:
    """Have glibc keep the memory of freed tensors mapped, for the next ones.

    Otherwise each large output is handed back to the system and asked for again, page by
    page, and a layer's time depends on what ran before it. Other systems are left alone.
    """
    if platform.libc_ver()[0] == "glibc":
        trim_threshold, mmap_threshold = -1, -3  # names of mallopt(3)
        libc = ctypes.CDLL(None)
        libc.mallopt(mmap_threshold, 32 * 2**20)
        libc.mallopt(trim_threshold, 2**31 - 1)


def _machine_line(arithmetic: str) -> str:
    import torch

    from lsdl_helpers.measure.machine import processor_name, usable_cores

    has_gpu = torch.accelerator.is_available()
    device = torch.accelerator.current_accelerator().type if has_gpu else "cpu"
    skipped = "nothing" if has_gpu else "GPU cells (no GPU)"
    cores = usable_cores().value
    return (
        f"Python {platform.python_version()} · torch {torch.__version__} · "
        f"{processor_name()}, {cores} core{'s' * (cores != 1)} · {device} · "
        f"{_comparable() if arithmetic == 'reproducible' else 'fast arithmetic'} · "
        f"skipped: {skipped}"
    )


def _comparable() -> str:
    """Say how far the outputs of a page with reproducible arithmetic can be compared."""
    import matplotlib
    import numpy as np
    import torch

    same = is_x86() and not torch.accelerator.is_available()
    bits = "the same bits on every x86 processor" if same else "other bits than on an x86 processor"
    drawn = f"numpy {np.__version__}, matplotlib {matplotlib.__version__}"
    return f"{drawn} · reproducible arithmetic, {bits}"


def version_warnings(chapter: str) -> Iterator[str]:
    """Warn if the notebook lies in a clone with another copy, or its chapter is unknown here."""
    package = Path(__file__).resolve().parent
    this_copy = f"lsdl_helpers {lsdl_helpers.__version__} of {package.parent}"
    clone = _clone_around(Path.cwd())
    if clone and clone != package.parent:
        init = (clone / "lsdl_helpers" / "__init__.py").read_text(encoding="utf-8")
        version = re.search(r'^__version__ = "(.*)"', init, re.MULTILINE)
        yield (
            f"{this_copy} is imported, but this notebook is of {clone}, which has "
            f"{version[1] if version else 'no version'}: "
            f'pip install -e "{clone}", then restart the kernel'
        )
    elif not (package / "labs" / f"{chapter}.py").exists():
        yield (
            f"{this_copy} is older than this notebook, it does not know {chapter}: "
            "pip uninstall lsdl_helpers, restart the kernel, run this cell again"
        )


def _clone_around(folder: Path) -> Path | None:
    """Return the clone of the course that a folder lies in, if any."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        if (parent / "lsdl_helpers" / "__init__.py").exists() and (parent / "_toc.yml").exists():
            return parent
    return None
