"""What a network's operations multiply, read and write, by module, counted as they run."""

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

from lsdl_helpers.measure.products import PRODUCTS, is_product


class TrafficMode(TorchDispatchMode):
    """Counts, while it is entered, the FLOPs of products and the bytes of all operations.

    The bytes are those of all tensors that operations take and return. A view moves nothing. An
    operation in place reads and writes. ``flops`` and ``moved`` hold both by the name of the
    innermost module, a module with two names by its first; what runs outside of all modules is
    not counted. A product for which no formula is known counts no FLOPs, and a warning names it.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.flops: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()
        self._running: list[str] = []
        self._modules = dict(model.named_modules())
        self._handles: list[Any] = []
        self._counter = FlopCounterMode(display=False, custom_mapping=PRODUCTS)

    def __enter__(self) -> "TrafficMode":
        for name, module in self._modules.items():
            self._handles += [
                module.register_forward_pre_hook(self._enters(name)),
                module.register_forward_hook(self._leave, always_call=True),
            ]
        self._counter.__enter__()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._counter.__exit__(*error)
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        before = self._counter.get_total_flops()
        result = func(*args, **(kwargs or {}))
        if self._running and not func.is_view:
            flops = self._counter.get_total_flops() - before
            leaves = tree_leaves((args, kwargs, result))
            tensors = [x for x in leaves if isinstance(x, torch.Tensor)]
            self.flops[self._running[-1]] += flops
            self.moved[self._running[-1]] += sum(x.numel() * x.element_size() for x in tensors)
            if not flops and is_product(func.name()) and all(x.numel() for x in tensors):
                message = f"{func.name()} is a product and not counted: no formula is known"
                warnings.warn(message, stacklevel=2)
        return result

    def _enters(self, name: str) -> Callable[..., None]:
        def enter(*_: Any) -> None:
            self._running.append(name)

        return enter

    def _leave(self, *_: Any) -> None:
        self._running.pop()
