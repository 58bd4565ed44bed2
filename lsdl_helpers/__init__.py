"""Large-scale deep learning: the package behind the course.

Importing it loads nothing else; its modules and :func:`~lsdl_helpers.notebook.setup` come when
first used.
"""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "arithmetic", "commands", "compression", "cpu", "data", "dynamic", "gpu", "hardware", "labs",
    "large", "launch", "ledger", "measure", "models", "notebook", "numerics", "parallel", "plots",
    "pretrained", "setup", "training", "widgets",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name == "setup":
        return importlib.import_module("lsdl_helpers.notebook").setup
    if name in __all__:
        return importlib.import_module(f"lsdl_helpers.{name}")
    raise AttributeError(f"module 'lsdl_helpers' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
