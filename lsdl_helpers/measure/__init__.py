"""Counting and timing: the ledger, the clock, the cost of a network, processors as data."""

from lsdl_helpers.measure.cost import Cost, LayerCost, cost
from lsdl_helpers.measure.ledger import Entry, Ledger, format_quantity
from lsdl_helpers.measure.processors import Processor, list_processors, processor
from lsdl_helpers.measure.timing import Comparison, Timing, benchmark, compare

__all__ = [
    "Comparison", "Cost", "Entry", "LayerCost", "Ledger", "Processor", "Timing",
    "benchmark", "compare", "cost", "format_quantity", "list_processors", "processor",
]  # fmt: skip
