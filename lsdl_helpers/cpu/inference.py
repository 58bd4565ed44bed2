"""Optimizing a network for inference: folding, memory layout, bfloat16, compilation."""

from __future__ import annotations

import copy

import torch
from torch import nn

from lsdl_helpers.models.folding import fold_batch_norm

DTYPES = {None: torch.float32, torch.float32: torch.float32, torch.bfloat16: torch.bfloat16}


class OptimizedNetwork(nn.Module):
    """A network optimized for inference, with a report of what was done and why.

    Input (B, C, H, W) float32; output float32, without gradients. ``report`` holds a sentence for
    each thing that was done or left out, and is shown by ``print``.
    """

    def __init__(self, network: nn.Module, dtype: torch.dtype, report: tuple[str, ...]) -> None:
        super().__init__()
        self.network = network
        self.dtype = dtype
        self.report = report

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x.to(dtype=self.dtype, memory_format=torch.channels_last)
        return self.network(x).float()

    def __repr__(self) -> str:
        return "\n".join(["OptimizedNetwork:", *(f"  {line}" for line in self.report)])


def optimize_for_inference(
    model: nn.Module, *, dtype: torch.dtype | None = None, compile: bool = False
) -> OptimizedNetwork:
    """Return a copy of the network that is optimized for inference, and report what was done.

    Batch normalization is folded into the convolution before it; the channels of a pixel stand
    side by side in memory; on demand numbers have half the bytes, and the network is compiled
    with its weights as constants. In float32 the answers differ by rounding alone. bfloat16 has
    eight bits, so each layer rounds by up to 0.4 %, and the errors add up over the depth: the
    logits of EfficientNet-Lite0 change by 4 % of the largest, the best labels stay.

    Args:
        model: takes (B, C, H, W) and returns one tensor; it is left as it is.
        dtype: torch.bfloat16 for weights and activations of half the size; used only where the
            model's device has instructions for it, else a line is printed and float32 stays.
        compile: by torch.compile, at the first call, which takes up to minutes and a C++ compiler.

    Raises:
        ValueError: for another dtype, or a model whose parameters are not float32.

    >>> from lsdl_helpers.models import build
    >>> optimize_for_inference(build("googlenet"))(torch.zeros(1, 3, 224, 224)).shape
    torch.Size([1, 1000])
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {dtype}; it must be None, torch.float32 or torch.bfloat16")
    others = {p.dtype for p in model.parameters()} - {torch.float32}
    if others:
        raise ValueError(f"the model has parameters of {others.pop()}; all must be torch.float32")
    network, folded = _fold(copy.deepcopy(model).eval().requires_grad_(False))
    used_dtype, dtype_line = _choose_dtype(
        DTYPES[dtype], next(model.parameters(), torch.empty(0)).device
    )
    network = network.to(dtype=used_dtype, memory_format=torch.channels_last)
    compiled = "not compiled: not asked for"
    if compile:
        network = torch.compile(network, options={"freezing": True})
        compiled = "compiled at the first call, the weights as constants: fewer, larger steps"
    layout = "channels-last: what a convolution reads together stands together in memory"
    return OptimizedNetwork(network, used_dtype, (folded, layout, dtype_line, compiled))


def _choose_dtype(dtype: torch.dtype, device: torch.device) -> tuple[torch.dtype, str]:
    """Return the dtype to be used on that device, and why."""
    if dtype == torch.float32:
        return dtype, "float32: bfloat16 was not asked for"
    instructions = bfloat16_instructions(device)
    if instructions:
        return dtype, f"bfloat16: {device.type} has {instructions}, and half the bytes move"
    line = f"float32, though bfloat16 was asked for: no instructions for it known on {device.type}"
    print(line)
    return torch.float32, line


def bfloat16_instructions(device: torch.device) -> str:
    """Return the name of the device's bfloat16 instructions; empty where none are known.

    >>> bfloat16_instructions(torch.device("meta"))
    ''
    """
    if device.type == "cuda":
        native = torch.cuda.get_device_capability(device) >= (8, 0) and not torch.version.hip
        return "tensor cores for it" if native else ""
    if device.type != "cpu":
        return ""
    if torch.cpu._is_amx_tile_supported():
        return "AMX"
    return "AVX-512 BF16" if torch.cpu._is_avx512_bf16_supported() else ""


def _fold(model: nn.Module) -> tuple[nn.Module, str]:
    """Fold each batch normalization into its convolution; return the network and a sentence."""
    try:
        folded = fold_batch_norm(model)
    except ValueError as error:
        return model, f"batch normalization kept: {error}"
    num_folded = _num_normalizations(model) - _num_normalizations(folded)
    return folded, f"{num_folded} batch normalizations folded into convolutions: nothing to compute"


def _num_normalizations(model: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in model.modules())
