"""A layer's matrix product in C, from scalar loops to VNNI, compiled when it is first needed.

The ladder is that of Vanhoucke, Senior and Mao (2011), with two rungs for instructions that
processors have got since. The source is ``kernels.c``.
"""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

COMPILERS = ("cc", "gcc", "clang")
OPTIONS = ("-O3", "-fno-tree-vectorize", "-shared", "-fPIC")  # what is scalar stays so
INSTALL = "apt-get install gcc libc6-dev"
COMPILER_TIMEOUT_S = 120  # a compilation takes about one
BLOCK_ROWS, BLOCK_COLUMNS = 4, 64  # to whose multiples weights are padded


class NoCompiler(RuntimeError):
    """There is no C compiler, or none whose library loads; the message names one to install."""


@dataclass(frozen=True)
class Rung:
    """One implementation of the product, for one set of instructions.

    ``multiply_adds`` are those of one step, ``instructions`` what a step needs for them.
    """

    function: str
    dtype: torch.dtype
    multiply_adds: int
    instructions: int
    needs: str = ""

    @property
    def per_instruction(self) -> float:
        """Multiply-adds for each instruction of arithmetic."""
        return self.multiply_adds / self.instructions


LADDER = {
    "scalar float": Rung("scalar_float", torch.float32, 1, 2),
    "scalar int8": Rung("scalar_int8", torch.int8, 1, 2),
    "SSE float": Rung("sse_float", torch.float32, 4, 2, "x86"),
    "SSSE3 int8": Rung("ssse3_int8", torch.int8, 16, 3, "ssse3"),
    "AVX-512 float": Rung("avx512_float", torch.float32, 16, 1, "avx512"),
    "VNNI int8": Rung("vnni_int8", torch.int8, 64, 1, "vnni"),
}


class Kernels:
    """The compiled ladder, from :func:`compile_kernels`.

    ``available`` names the rungs for which this processor has the instructions.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.available = tuple(name for name, rung in LADDER.items() if self._has(rung.needs))

    def _has(self, needs: str) -> bool:
        if needs in ("", "x86"):
            return not needs or hasattr(self._library, "has_ssse3")
        test = getattr(self._library, f"has_{needs}", None)  # on x86 alone
        return test is not None and bool(test())

    def product(
        self,
        name: str,
        weights: Tensor,
        x: Tensor,
        *,
        out: Tensor | None = None,
        repeats: int = 1,
    ) -> Tensor:
        """Multiply a layer's weights with a batch of inputs.

        Args:
            name: of the rung, one of ``available``.
            weights: from :func:`pack`, float32 or int8 as the rung takes them.
            x: from :func:`pad`, (batch, columns of the padded weights), float32 or uint8.
            out: where to write, as the result.
            repeats: do it so often, to be timed; a call takes as long as a small product.

        Returns:
            (batch, rows of the padded weights), float32 or int32; the padded rows are 0.

        Raises:
            ValueError: for a rung that is unknown or not available; for another dtype or shape.

        >>> weights, x = torch.ones(10, 440), torch.ones(8, 440)
        >>> compile_kernels().product("scalar int8", pack(weights.char()), pad(x.byte())).shape
        torch.Size([8, 12])
        """
        if name not in self.available:
            available = ", ".join(self.available)
            raise ValueError(f"rung {name!r} is not available; this processor has {available}")
        rung, x = LADDER[name], x.contiguous()
        floats = rung.dtype == torch.float32
        _check(name, weights, x, torch.float32 if floats else torch.uint8)
        out_dtype = torch.float32 if floats else torch.int32
        shape = (len(x), len(weights))
        if out is None:
            out = torch.empty(shape, dtype=out_dtype)
        elif (out.shape, out.dtype, out.is_contiguous()) != (shape, out_dtype, True):
            raise ValueError(
                f"out is {out.dtype} {tuple(out.shape)}; it must be {out_dtype} {shape}"
            )
        addresses = [ctypes.c_void_p(t.data_ptr()) for t in (weights, x, out)]
        getattr(self._library, rung.function)(*addresses, *weights.shape, len(x), repeats)
        return out


def _check(name: str, weights: Tensor, x: Tensor, x_dtype: torch.dtype) -> None:
    """Check shapes and dtypes, so that the C code does not read out of bounds."""
    packed = weights.dim() == 2 and weights.is_contiguous() and weights.device.type == "cpu"
    if not packed or len(weights) % BLOCK_ROWS or weights.shape[1] % BLOCK_COLUMNS:
        raise ValueError(f"weights are {tuple(weights.shape)}, not packed; pack(weights) does it")
    fits = x.dim() == 2 and x.shape[1] == weights.shape[1] and x.device.type == "cpu"
    if not fits or (weights.dtype, x.dtype) != (LADDER[name].dtype, x_dtype):
        raise ValueError(
            f"{name} takes {LADDER[name].dtype} weights and {x_dtype} inputs "
            f"(batch, {weights.shape[1]}) on the CPU; given are {weights.dtype} and {x.dtype} "
            f"{tuple(x.shape)}"
        )


def pack(weights: Tensor) -> Tensor:
    """Pad weights (rows, columns) with zeros to multiples of 4 rows and 64 columns.

    >>> pack(torch.ones(10, 440)).shape
    torch.Size([12, 448])
    """
    rows, columns = weights.shape
    return F.pad(weights, (0, -columns % BLOCK_COLUMNS, 0, -rows % BLOCK_ROWS)).contiguous()


def pad(x: Tensor) -> Tensor:
    """Pad inputs (batch, columns) with zeros to a multiple of 64 columns.

    >>> pad(torch.ones(8, 440)).shape
    torch.Size([8, 448])
    """
    return F.pad(x, (0, -x.shape[1] % BLOCK_COLUMNS)).contiguous()


def step_source(name: str) -> str:
    """Return the C function that does one step of a rung, in which alone the rungs differ.

    Raises:
        ValueError: for an unknown rung.

    >>> print(step_source("scalar int8"))
    static inline int32_t scalar_int8_step(int32_t sum, const int8_t *w, const uint8_t *x) {
        return sum + *w * *x;
    }
    """
    if name not in LADDER:
        raise ValueError(f"rung {name!r} is not known; there are {', '.join(LADDER)}")
    source = resources.files("lsdl_helpers.cpu").joinpath("kernels.c").read_text()
    named = source.index(f" {LADDER[name].function}_step(")
    return source[source.rindex("\n", 0, named) + 1 : source.index("\n}", named) + 2]


def compile_kernels(compilers: Sequence[str] = COMPILERS) -> Kernels:
    """Compile the ladder with the first C compiler that this machine has; once in a process.

    Raises:
        NoCompiler: if there is none, it fails, or its library does not load, as from a temporary
            folder in which nothing may be executed.

    >>> compile_kernels().available[0]
    'scalar float'
    """
    return _compile(tuple(compilers))


@functools.cache
def _compile(compilers: tuple[str, ...]) -> Kernels:
    compiler = next(filter(None, map(shutil.which, compilers)), None)
    if compiler is None:
        raise NoCompiler(f"no C compiler ({', '.join(compilers)}); to get one: {INSTALL}")
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            return Kernels(ctypes.CDLL(_build(compiler, Path(folder))))
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = f"{compiler} gives no library that loads: {str(error)[-300:]}"
        raise NoCompiler(f"{problem}; try: {INSTALL}, or another TMPDIR") from error


def _build(compiler: str, folder: Path) -> str:
    """Compile the source in a folder and return the library's path."""
    built = str(folder / "kernels.so")
    with resources.as_file(resources.files("lsdl_helpers.cpu").joinpath("kernels.c")) as path:
        run = subprocess.run(
            [compiler, *OPTIONS, "-o", built, str(path)],
            capture_output=True, text=True, errors="replace", check=False,
            timeout=COMPILER_TIMEOUT_S,
        )  # fmt: skip
    if run.returncode:
        raise NoCompiler(f"{compiler} fails: {run.stderr.strip()[-300:]}; try: {INSTALL}")
    return built
