"""Running a network for its shapes alone: on the meta device, where tensors have no values."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from lsdl_helpers.measure.unchanged import unchanged

_ELSEWHERE = "uses a tensor that its modules do not hold; register it as a buffer"
_VALUES = "depends on the values of a tensor (a condition, .item(), …), and only shapes are known"

# Words in torch's errors on the meta device, and what the forward of the network does.
_NOT_COUNTABLE = {
    "numpy": "uses numpy, which does not take shapes alone; use torch",
    "device meta": _ELSEWHERE,
    "same device": _ELSEWHERE,
    "meta tensor": _VALUES,
    "data-independent": _VALUES,
}


@contextmanager
def on_meta(model: nn.Module) -> Iterator[None]:
    """Replace a network's tensors by meta tensors while the context lasts, then put them back.

    Tensors that are made meanwhile are meta tensors, too, and no graph is recorded for gradients.

    Raises:
        ValueError: for a module without shapes yet, or one that torch has compiled to a script.
    """
    for name, module in model.named_modules():
        _require_readable(f"{name or 'the network'} ({type(module).__name__})", module)
    with (
        unchanged(model, lambda tensor: tensor.detach().to("meta")),
        torch.device("meta"),
        torch.inference_mode(False),
        torch.no_grad(),
    ):
        yield


def _require_readable(name: str, module: nn.Module) -> None:
    if isinstance(module, torch.jit.ScriptModule):
        raise ValueError(f"{name} is a script; count the module that it was made of")
    if any(map(is_lazy, [*module.parameters(recurse=False), *module.buffers(recurse=False)])):
        raise ValueError(f"{name} is lazy and has no shapes yet; run it on an input first")


def run(model: nn.Module, x: torch.Tensor) -> None:
    """Run a network within :func:`on_meta`.

    Raises:
        ValueError: if the network does not take that input, or does what shapes do not decide.
    """
    try:
        model(x)
    except (RuntimeError, TypeError, IndexError) as error:
        text = str(error)
        for word, reason in _NOT_COUNTABLE.items():
            if word in text.lower():
                raise ValueError(f"the network cannot be counted: its forward {reason}") from error
        if isinstance(error, TypeError):
            raise
        ids = "; for a network of token ids give dtype=torch.int64" if "indices" in text else ""
        message = f"the network does not take {x.dtype} of shape {tuple(x.shape)}: {text}{ids}"
        raise ValueError(message) from error
