"""Counting and timing: the ledger, the clock, the cost of a network."""

from lsdl_helpers.measure.cost import Cost, LayerCost, cost
from lsdl_helpers.measure.ledger import Entry, Ledger, format_quantity
from lsdl_helpers.measure.ledger_store import user_folder
from lsdl_helpers.measure.timing import Comparison, Timing, benchmark, compare

__all__ = [
    "Comparison", "Cost", "Entry", "LayerCost", "Ledger", "Timing",
    "benchmark", "compare", "cost", "format_quantity", "user_folder",
]  # fmt: skip
