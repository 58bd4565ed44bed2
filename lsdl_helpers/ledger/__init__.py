"""Predictions beside measurements: the ledger, the lab report, quantities as text."""

from typing import TYPE_CHECKING, Any

from lsdl_helpers.ledger.quantity import format_quantity

if TYPE_CHECKING:
    from lsdl_helpers.ledger.ledger import Entry, Ledger

__all__ = ["Entry", "Ledger", "format_quantity"]


def __getattr__(name: str) -> Any:
    """Import the ledger when it is first used: the clock needs only the formatter."""
    if name in ("Entry", "Ledger"):
        from lsdl_helpers.ledger import ledger

        return getattr(ledger, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
