"""Quantities as text: a number and its unit, as a person writes them."""

import numbers


def format_quantity(value: float, unit: str = "") -> str:
    """Format a number for people: a count in full, anything else to three digits.

    Args:
        value: an integer is a count.
        unit: "ms", "GFLOP/s", …; "ratio" for a pure ratio, "" for a count.

    >>> format_quantity(138357544), format_quantity(0.31249, "s"), format_quantity(1.0, "ratio")
    ('138,357,544', '0.312 s', '1.00×')
    """
    if isinstance(value, numbers.Integral):
        text = f"{value:,}"
    else:
        text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
    return f"{text}×" if unit == "ratio" else f"{text} {unit}".rstrip()
