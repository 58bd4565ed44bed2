"""Pickle functions and classes of a notebook by value, for processes that have no notebook."""

import io
import sys
from collections import ChainMap
from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

import cloudpickle


def dumps(value: Any) -> bytes:
    """Pickle `value`, functions and classes of ``__main__`` by value; ``pickle.loads`` reads it.

    Unlike ``cloudpickle.dumps`` it keeps the file of each function, by which a traceback finds
    the line in its cell, and what came by value is then in the other ``__main__``, where plain
    pickle looks for it: torch.save, collectives of objects, a DataLoader with workers.
    """
    file = io.BytesIO()
    _Pickler(file).dump(value)
    return file.getvalue()


def _reduce_code(code: CodeType) -> tuple[Callable[..., CodeType], tuple[Any, ...]]:
    make, args = cloudpickle.CloudPickler.dispatch_table[CodeType](code)
    return _rebuild_code, (make, args, code.co_filename)


def _rebuild_code(make: Callable[..., CodeType], args: tuple[Any, ...], file: str) -> CodeType:
    return make(*args).replace(co_filename=file)


def _rebuild_in_main(make: Callable[..., Any], args: tuple[Any, ...], name: str) -> Any:
    rebuilt = make(*args)
    vars(sys.modules["__main__"]).setdefault(name, rebuilt)
    return rebuilt


class _Pickler(cloudpickle.CloudPickler):
    dispatch_table: ClassVar = ChainMap(
        {CodeType: _reduce_code}, cloudpickle.CloudPickler.dispatch_table
    )

    def reducer_override(self, obj: Any) -> Any:
        reduced = super().reducer_override(obj)
        if reduced is NotImplemented:  # neither a class nor a function, or one of a module
            return reduced
        name = obj.__qualname__
        if vars(sys.modules["__main__"]).get(name) is not obj:
            return reduced
        make, args, *state = reduced
        return _rebuild_in_main, (make, args, name), *state
