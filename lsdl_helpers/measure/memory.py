"""How much memory a function takes at its worst moment: bytes of tensors that live at once."""

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class MemoryMode(TorchDispatchMode):
    """Counts, while it is entered, the bytes of the tensors that operations make.

    A storage counts from the operation that makes it until the last tensor on it is gone, and
    views count once. ``bytes`` is what lives now, ``peak`` the most that lived at once. Tensors
    that were there before are not counted, nor what an operation needs inside itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = self.peak = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        for storage in _storages((args, kwargs)):
            self._know(storage, 0)  # there before, unless one of ours
        result = func(*args, **(kwargs or {}))
        for storage in _storages(result):
            self._know(storage, storage.nbytes())
        return result

    def _know(self, storage: torch.UntypedStorage, size: int) -> None:
        key = storage._cdata
        if key not in self._known:
            self._known.add(key)
            self.bytes += size
            self.peak = max(self.peak, self.bytes)
            weakref.finalize(storage, self._forget, key, size).atexit = False

    def _forget(self, key: int, size: int) -> None:
        self._known.remove(key)
        self.bytes -= size


def peak_bytes(fn: Callable[[], Any]) -> int:
    """Return the most bytes of tensors alive at once in a call, beyond those alive before it.

    Counted from the operations of torch, backward pass and gradients included, on the CPU as
    on an accelerator; so the number is the same each time and on every machine. The memory of
    the process also holds what routines need inside, and blocks that an allocator keeps.

    Args:
        fn: called once without arguments. Set gradients to None in it, or before: one that is
            there already is added to, and not counted.

    >>> x = torch.ones(1000)
    >>> peak_bytes(lambda: (x + 1).sum())
    4004
    """
    with MemoryMode() as mode:
        fn()
    return mode.peak


def _storages(tree: Any) -> Iterable[torch.UntypedStorage]:
    for tensor in tree_leaves(tree):
        if isinstance(tensor, Tensor):
            is_sparse = tensor.layout == torch.sparse_coo
            for dense in (tensor._indices(), tensor._values()) if is_sparse else (tensor,):
                yield dense.untyped_storage()
