"""Predictions beside measurements: the ledger, the lab report, quantities as text."""

from typing import TYPE_CHECKING, Any

from lsdl_helpers.ledger.quantity import format_quantity

if TYPE_CHECKING:
    from lsdl_helpers.ledger.entry import Entry
    from lsdl_helpers.ledger.ledger import Ledger

__all__ = ["Entry", "Ledger", "format_quantity"]


def __getattr__(name: str) -> Any:
    """Import the ledger when it is first used: the clock needs only the formatter."""
    if name in __all__:
        from lsdl_helpers.ledger import entry, ledger

        return getattr(entry if name == "Entry" else ledger, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
