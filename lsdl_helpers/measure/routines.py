"""The routines whose best rate is a machine's peak: matrix products and convolutions of torch."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch.nn import functional as F

SIDES = {"cpu": (256, 512, 1024, 2048)}  # of the matrices; the small one first, to see the pace
ACCELERATOR_SIDES = (256, 2048, 4096, 8192)
CONVOLUTIONS = ((3, 64, 112), (3, 128, 56), (3, 128, 112), (1, 256, 56))  # kernel, channels, side
ACCELERATOR_BATCH = 64  # a CPU convolves one picture
LAYOUTS = {"": torch.contiguous_format, ", channels last": torch.channels_last}


class Routine(NamedTuple):
    """A routine by name, its FLOPs, and what prepares its inputs and returns the call."""

    name: str
    flops: int
    prepare: Callable[[], Callable[[], Any]]


def routines(dtype: str, kind: str) -> list[Routine]:
    """List what may reach the peak of a dtype on a device, each with its FLOPs.

    On the CPU, torch multiplies float32 matrices by MKL, which uses no AVX-512 on AMD's
    processors; its convolutions, and its layers on tensors of oneDNN, use oneDNN. Other dtypes
    are oneDNN's anyway. FLOPs are those of the definition: a convolution that needs fewer, as
    Winograd's, reaches a higher rate. For int8 torch has the matrix product alone.

    >>> [routine.name for routine in routines("int8", "cpu")][0]
    'matrix product'
    """
    sides = SIDES.get(kind, ACCELERATOR_SIDES)
    listed = [_matrix_product("matrix product", _product, dtype, side, kind) for side in sides]
    if dtype == "int8":
        return listed
    if (dtype, kind) == ("float32", "cpu"):
        name = "matrix product of oneDNN"
        listed += [_matrix_product(name, _product_of_onednn, dtype, side, kind) for side in sides]
    return listed + [
        _convolution(shape, layout, dtype, kind) for shape in CONVOLUTIONS for layout in LAYOUTS
    ]


def _matrix_product(name: str, prepare: Callable, dtype: str, side: int, kind: str) -> Routine:
    return Routine(name, 2 * side**3, partial(prepare, dtype, side, kind))


def _convolution(shape: tuple[int, int, int], layout: str, dtype: str, kind: str) -> Routine:
    kernel, channels, side = shape
    batch = 1 if kind == "cpu" else ACCELERATOR_BATCH
    flops = 2 * batch * channels**2 * kernel**2 * side**2

    def prepare() -> Callable[[], torch.Tensor]:
        sizes = (batch, channels, side, side), (channels, channels, kernel, kernel)
        x, weight = (_random(size, dtype, kind).to(memory_format=LAYOUTS[layout]) for size in sizes)
        return lambda: F.conv2d(x, weight, padding=kernel // 2)

    return Routine(f"{kernel}x{kernel} convolution{layout}", flops, prepare)


def _product(dtype: str, side: int, kind: str) -> Callable[[], torch.Tensor]:
    a, b = _random((2, side, side), dtype, kind)
    if dtype == "int8":
        return lambda: torch._int_mm(a, b)
    return lambda: torch.mm(a, b)


def _product_of_onednn(dtype: str, side: int, kind: str) -> Callable[[], torch.Tensor]:
    a, b = _random((2, side, side), dtype, kind)
    a = a.to_mkldnn()  # the older name of oneDNN
    return lambda: F.linear(a, b)


def _random(size: tuple[int, ...], dtype: str, kind: str) -> torch.Tensor:
    """Draw from a generator of its own: the reader's random numbers stay as they are."""
    options = {"device": kind, "generator": torch.Generator(kind).manual_seed(0)}
    if dtype == "int8":
        return torch.randint(-9, 9, size, dtype=torch.int8, **options)
    return torch.rand(size, **options).to(getattr(torch, dtype))
