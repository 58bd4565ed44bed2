"""The bytes that a network's operations read and write, by module, counted as they run."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class TrafficMode(TorchDispatchMode):
    """Counts, while it is entered, the bytes of all tensors that operations take and return.

    An operation that only looks at memory in another shape moves nothing. One that works in
    place reads and writes. ``moved`` holds the bytes by the name of the innermost module; what
    runs outside of all modules is not counted.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.moved: Counter[str] = Counter()
        self._running: list[str] = []
        self._modules = dict(model.named_modules())
        self._handles: list[Any] = []

    def __enter__(self) -> "TrafficMode":
        for name, module in self._modules.items():
            self._handles += [
                module.register_forward_pre_hook(self._enters(name)),
                module.register_forward_hook(lambda *_: self._running.pop() and None),
            ]
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        for handle in self._handles:
            handle.remove()
        super().__exit__(*error)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if self._running and not func.is_view:
            tensors = [*tree_leaves((args, kwargs)), *tree_leaves(result)]
            self.moved[self._running[-1]] += sum(
                x.numel() * x.element_size() for x in tensors if isinstance(x, torch.Tensor)
            )
        return result

    def _enters(self, name: str) -> Callable[..., None]:
        return lambda *_: self._running.append(name)
