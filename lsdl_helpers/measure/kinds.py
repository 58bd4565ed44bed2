"""Work and time of a network by kind of operation: which routine does it, and what it is paid by.

A convolution of 3x3, one of 1x1 and a depthwise one run by routines of their own, each at a rate
of its own; a fully connected layer for one picture waits for its weights; a pooling compares.
"""

import math
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from lsdl_helpers.measure.on_meta import on_meta, run

# Each kind of operation, and what its amount counts.
KINDS = {
    "3x3 and larger": "multiply-adds",
    "1x1": "multiply-adds",
    "depthwise": "multiply-adds",
    "fully connected": "bytes",
    "max-pooling": "numbers compared",
    "average pooling": "numbers added",
    "the rest": "bytes",  # normalization, activation functions, additions, concatenation, copies
}
_WEIGHTED = ("aten::addmm", "aten::mm", "aten::bmm", "aten::baddbmm")


def work_by_kind(model: nn.Module, input_shape: tuple[int, ...]) -> dict[str, int]:
    """Count how much a forward pass has of each kind of operation, in the units of ``KINDS``.

    Runs on the meta device, as :func:`~lsdl_helpers.measure.cost.cost` does, and leaves the
    network as it was. Bytes are those of all tensors that an operation takes and returns.

    Args:
        model: takes one tensor of the parameters' dtype.
        input_shape: (B, …), e.g. (1, 3, 224, 224).

    Raises:
        ValueError: as :func:`~lsdl_helpers.measure.cost.cost`.

    >>> work_by_kind(nn.Conv2d(64, 8, 1), (1, 64, 7, 7))["1x1"]
    25088
    """
    dtype = next((parameter.dtype for parameter in model.parameters()), torch.float32)
    x = torch.empty(tuple(input_shape), dtype=dtype, device="meta")
    with on_meta(model), _KindMode() as mode:
        run(model, x)
    return {kind: mode.amounts[kind] for kind in KINDS}


def layer_kind(layer: nn.Module) -> str:
    """Return the kind of a layer that multiplies; of any other "the rest".

    >>> layer_kind(nn.Conv2d(8, 8, 3, groups=8))
    'depthwise'
    """
    if isinstance(layer, nn.Linear):
        return "fully connected"
    if not isinstance(layer, nn.Conv2d):
        return "the rest"
    return _convolution(math.prod(layer.kernel_size), layer.groups, layer.in_channels)


def _convolution(kernel: int, groups: int, channels: int) -> str:
    if 1 < groups == channels:
        return "depthwise"
    return "1x1" if kernel == 1 else "3x3 and larger"


def time_by_kind(model: nn.Module, x: torch.Tensor, *, passes: int = 5) -> dict[str, float]:
    """Time each operation of a forward pass, and return the seconds of each kind.

    The median over several passes, after one to warm up; one thread, in its processor time. An
    accelerator is waited for after each operation. What Python does between operations is in
    none of the kinds.

    Args:
        model: takes one tensor.
        x: the input, on the model's device.
        passes: how many forward passes are timed.

    Raises:
        ValueError: for fewer than one pass.

    >>> list(time_by_kind(nn.ReLU(), torch.zeros(9)))[-1]
    'the rest'
    """
    if passes < 1:
        raise ValueError(f"passes is {passes}; it must be at least 1")
    seconds: dict[str, list[float]] = defaultdict(list)
    clock, threads = time.thread_time if x.device.type == "cpu" else _wait, torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # inference mode would hand over convolutions by other names than on the meta device
        with torch.inference_mode(False), torch.no_grad():
            for _ in range(passes + 1):
                with _KindMode(clock) as mode:
                    model(x)
                for kind in KINDS:
                    seconds[kind].append(mode.seconds[kind])
    finally:
        torch.set_num_threads(threads)
    return {kind: statistics.median(taken[1:]) for kind, taken in seconds.items()}


def _wait() -> float:
    torch.accelerator.synchronize()
    return time.perf_counter()


class _KindMode(TorchDispatchMode):
    """Counts, while it is entered, the amount and the seconds of each kind of operation."""

    def __init__(self, clock: Callable[[], float] = time.thread_time) -> None:
        super().__init__()
        self.clock = clock
        self.amounts: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        start = self.clock()
        result = func(*args, **(kwargs or {}))
        seconds = self.clock() - start
        name = func.name().partition(".")[0]
        if not func.is_view and name != "aten::_unsafe_view":
            kind, amount = _kind_and_amount(name, args, kwargs, result)
            self.amounts[kind] += amount
            self.seconds[kind] += seconds
        return result


def _kind_and_amount(name: str, args: tuple, kwargs: Any, result: Any) -> tuple[str, int]:
    if name in ("aten::convolution", "aten::_convolution"):
        x, weight = args[:2]
        groups = x.shape[1] // weight.shape[1]
        kind = _convolution(weight[0, 0].numel(), groups, x.shape[1])
        return kind, result.numel() * weight[0].numel()
    if "_pool2d" in name and "adaptive" not in name:
        outputs = result[0] if isinstance(result, tuple) else result
        kernel = [*args[1]] * (2 // len(args[1]))
        kind = "max-pooling" if "max" in name else "average pooling"
        return kind, outputs.numel() * kernel[0] * kernel[1]
    tensors = [t for t in tree_leaves((args, kwargs, result)) if isinstance(t, torch.Tensor)]
    kind = "fully connected" if name in _WEIGHTED else "the rest"
    return kind, sum(t.numel() * t.element_size() for t in tensors)
