"""Timings side by side, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.measure.timing import Timing

if TYPE_CHECKING:
    import pandas as pd


def timing_table(**timings: Timing) -> pd.DataFrame:
    """Return timings as text for people, a row each: median, low and high end of its interval.

    Args:
        **timings: by name, in which an underscore stands for a blank.

    >>> from lsdl_helpers.measure.timing import Timing
    >>> timing_table(one_layer=Timing((0.004, 0.004, 0.004), "thread time", 1, "cpu"))
                median      low     high
    one layer  4.00 ms  4.00 ms  4.00 ms
    """
    import pandas as pd  # late: it takes a third of a second

    rows = {}
    for name, timing in timings.items():
        median, interval = timing.in_ms
        rows[name.replace("_", " ")] = [format_quantity(t, "ms") for t in (median, *interval)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["median", "low", "high"])
