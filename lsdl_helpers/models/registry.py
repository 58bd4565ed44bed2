"""The registry of networks: every network of the course by name."""

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

_builders: dict[str, Callable[..., nn.Module]] = {}


def register(builder: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Register a builder under its function's name; a second one of that name is an error."""
    name = builder.__name__
    if name in _builders:
        raise ValueError(f"two builders are named {name!r}")
    _builders[name] = builder
    return builder


def require_counts(**counts: int) -> None:
    """Raise a ValueError for the first option that is not a whole number of at least 1.

    >>> require_counts(num_classes=10)
    """
    for name, value in counts.items():
        if not isinstance(value, int) or value < 1:
            raise ValueError(f"{name} is {value!r}; it must be a whole number, at least 1")


def list_models() -> list[str]:
    """Return the names that :func:`build` knows, in order of registration.

    >>> list_models()[:2]
    ['efficientnet_lite0', 'googlenet']
    """
    return list(_builders)


def build(name: str, **options: Any) -> nn.Module:
    """Return the network of that name with freshly initialized random weights.

    Build it under ``torch.device("meta")`` to count it without allocating it.

    Args:
        name: one of :func:`list_models`.
        **options: keyword arguments of that network's builder, e.g. ``num_classes=10``.

    Raises:
        ValueError: for a name or an option that does not exist; the message lists those
            that do.

    >>> build("resnet50", num_classes=10)(torch.zeros(1, 3, 224, 224)).shape
    torch.Size([1, 10])
    """
    if name not in _builders:
        raise ValueError(f"no model is named {name!r}; there are {', '.join(_builders)}")
    allowed = inspect.signature(_builders[name]).parameters
    for option in options:
        if option not in allowed:
            raise ValueError(f"{name} has no option {option!r}; it takes {', '.join(allowed)}")
    return _builders[name](**options)
