"""Quantizing fully connected layers to int8: by torch's own engines, and from scratch."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from lsdl_helpers.numerics.affine import asymmetric, symmetric

# In order of preference. "x86" takes FBGEMM or oneDNN, as suits the processor and the shape.
ENGINES = ("x86", "onednn", "qnnpack")
# torch's warnings whenever it quantizes, which concern its own future.
DEPRECATIONS = (
    (DeprecationWarning, "torch.ao.quantization is deprecated"),
    (UserWarning, "torch.quantize_per_tensor, torch.quantize_per_channel and other quantized"),
)


class QuantizedLinear(nn.Module):
    """A fully connected layer that is quantized: products of integers, scales in float.

    Weights are quantized once, symmetrically; inputs anew in each call, asymmetrically, all
    with one scale. With zero point z, scales s and codes q,

        y = s_x s_w (q_x · q_w - z sum(q_w)) + bias,

    with sums in 32 bits. Input and output are floats of one dtype, (..., in) and (..., out).
    """

    def __init__(self, linear: nn.Linear, bits: int = 8) -> None:
        super().__init__()
        self.bits = bits
        weight = linear.weight.detach()
        quantizer = symmetric(weight, bits)
        codes = quantizer.quantize(weight)  # (out, in)
        self.scale = quantizer.scale
        self.register_buffer("codes", codes.to(torch.int8).T.contiguous())  # (in, out)
        self.register_buffer("sums", codes.sum(1))
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())

    def get_extra_state(self) -> dict[str, float]:
        """Return what the state dict holds beside tensors, which ``half()`` would round."""
        return {"bits": self.bits, "scale": self.scale}

    def set_extra_state(self, state: dict[str, float]) -> None:
        """Restore what :meth:`get_extra_state` returned."""
        self.bits, self.scale = state["bits"], state["scale"]

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != len(self.codes) or not x.is_floating_point():
            given = f"{x.dtype} of shape {tuple(x.shape)}"
            raise ValueError(f"the input is {given}; it must be floats (..., {len(self.codes)})")
        shape = (*x.shape[:-1], len(self.sums))
        if not x.numel():
            return x.new_zeros(shape)
        return self._product(x.reshape(-1, x.shape[-1])).to(x.dtype).reshape(shape)

    def _product(self, x: Tensor) -> Tensor:
        """Return float64 (B, out) for inputs (B, in)."""
        quantizer = asymmetric(x, self.bits)
        # torch multiplies signed codes: shift both codes and zero point by half the range.
        shift = 2 ** (self.bits - 1)
        codes = (quantizer.quantize(x) - shift).to(torch.int8)
        total = torch._int_mm(codes, self.codes) - (quantizer.zero_point - shift) * self.sums
        y = total.double() * (quantizer.scale * self.scale)
        return y if self.bias is None else y + self.bias


def quantize_linear(model: nn.Module, bits: int = 8) -> nn.Module:
    """Return a copy with a :class:`QuantizedLinear` of so many bits for every ``nn.Linear``.

    A layer that is used several times is changed wherever it is used. In ``nn.TransformerEncoder``
    the projections of attention stay floats. A module of another kind that reads the ``weight`` of
    a layer, in place of calling the layer, does not work any more.

    Raises:
        ValueError: for bits other than 2 to 8, or a model without ``nn.Linear``.

    >>> quantize_linear(nn.Sequential(nn.Linear(64, 10)))[0].codes.dtype
    torch.int8
    """
    _check(model)
    container = nn.Sequential(copy.deepcopy(model))  # so that a layer alone is a child, too
    layers = {m: QuantizedLinear(m, bits) for m in container.modules() if type(m) is nn.Linear}
    for name, module in list(container.named_modules(remove_duplicate=False)):
        if module in layers:
            container.set_submodule(name, layers[module])
    return _unfused(container[0]).eval()


def _unfused(model: nn.Module) -> nn.Module:
    """Switch off the fused path of torch's transformers, which reads weights as floats."""
    for module in model.modules():
        if isinstance(module, nn.TransformerEncoderLayer):
            module.activation_relu_or_gelu = 0  # another one, with which nothing is fused
        if isinstance(module, nn.TransformerEncoder):
            module.use_nested_tensor = False
    return model


def _check(model: nn.Module) -> None:
    if not any(type(module) is nn.Linear for module in model.modules()):
        raise ValueError(f"the {type(model).__name__} has no nn.Linear, which is what is changed")


def find_engine() -> str:
    """Return torch's int8 engine for this processor, the first of ``ENGINES`` that it has.

    Raises:
        ValueError: if it has none.

    >>> find_engine()  # on an x86 processor
    'x86'
    """
    supported = torch.backends.quantized.supported_engines
    for engine in ENGINES:
        if engine in supported:
            return engine
    raise ValueError(f"this torch has the engines {supported}; none of {', '.join(ENGINES)}")


def quantize_dynamic(model: nn.Module, *, engine: str | None = None) -> nn.Module:
    """Return a copy with ``nn.Linear`` layers in int8, by torch's dynamic quantization.

    As in :class:`QuantizedLinear`, weights are quantized once and inputs in each call; all engines
    but "qnnpack" keep inputs to 7 bits, so that a pair of products fits in 16. torch has announced
    to remove this; then :func:`quantize_linear` is left, which is slower.

    Args:
        engine: of torch, "x86", "onednn", "fbgemm" or "qnnpack"; by default :func:`find_engine`.

    Raises:
        ValueError: for an engine that this torch does not have, or a model without ``nn.Linear``.
        ImportError: if this torch no longer has dynamic quantization.

    >>> quantize_dynamic(nn.Sequential(nn.Linear(64, 10)))(torch.zeros(1, 64)).shape
    torch.Size([1, 10])
    """
    _check(model)
    engine = find_engine() if engine is None else engine
    supported = torch.backends.quantized.supported_engines
    if engine not in supported or engine == "none":
        raise ValueError(f"engine={engine!r}; this torch has {', '.join(supported)}")
    try:
        from torch.ao.quantization import quantize_dynamic as torch_quantize
    except ImportError as error:
        raise ImportError(
            f"torch {torch.__version__} has no torch.ao.quantization any more; "
            "lsdl_helpers.cpu.quantize_linear(model) computes the same; torchao is the successor"
        ) from error
    with _engine(engine), warnings.catch_warnings():
        for category, message in DEPRECATIONS:
            warnings.filterwarnings("ignore", message=message, category=category)
        # in a container, so that a layer alone is changed, too; it is copied
        container = torch_quantize(nn.Sequential(model), {nn.Linear}, dtype=torch.qint8)
    return _unfused(container[0]).eval()


@contextmanager
def _engine(name: str) -> Iterator[None]:
    """Set torch's engine within the block; layers that are packed in it keep it."""
    before = torch.backends.quantized.engine
    torch.backends.quantized.engine = name
    try:
        yield
    finally:
        torch.backends.quantized.engine = before
