"""Send functions of a notebook to other processes, with the names of their cells."""

import io
from collections import ChainMap
from collections.abc import Callable
from types import CodeType
from typing import Any, ClassVar

import cloudpickle


def dumps(value: Any) -> bytes:
    """Pickle `value`, functions and classes of ``__main__`` by value; ``pickle.loads`` reads it.

    Unlike ``cloudpickle.dumps`` it keeps the file of each function, by which a traceback finds
    the line in its cell.
    """
    file = io.BytesIO()
    _Pickler(file).dump(value)
    return file.getvalue()


def _reduce_code(code: CodeType) -> tuple[Callable[..., CodeType], tuple[Any, ...]]:
    make, args = cloudpickle.CloudPickler.dispatch_table[CodeType](code)
    return _make_code, (make, args, code.co_filename)


def _make_code(make: Callable[..., CodeType], args: tuple[Any, ...], file: str) -> CodeType:
    return make(*args).replace(co_filename=file)


class _Pickler(cloudpickle.CloudPickler):
    dispatch_table: ClassVar = ChainMap(
        {CodeType: _reduce_code}, cloudpickle.CloudPickler.dispatch_table
    )
