"""What stored outputs say of the machine: a full calibration, and no rate above its peaks."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.book.page import Page
from tools.guesses import entries
from tools.reference_run import REFERENCE
from tools.run_record import page_name, read_record

PREFIXES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
RATE = re.compile(rf"([{''.join(PREFIXES)}]?)(FLOP|B)/s")


def is_fully_calibrated(page: Page) -> Iterator[str]:
    for number, cell in page.code:
        if "quick calibration, rough" in json.dumps(cell.outputs):
            yield f"cell {number}: a quick calibration; allowed: that of `make notebooks`"


def stays_below_the_peaks(page: Page) -> Iterator[str]:
    """One thread reaches no more than the calibration that the page has read, or its interval."""
    limits = limits_read_by(page)
    for number, cell in page.code:
        for entry in entries(cell):
            unit = RATE.fullmatch(entry.get("unit", ""))
            measured = (entry.get("interval") or [entry.get("measured")])[0]
            if not unit or not isinstance(measured, int | float):
                continue
            what, peak = peak_of(entry["name"], unit[2], limits)
            if measured * PREFIXES[unit[1]] > peak:
                allowed = f"{peak / PREFIXES[unit[1]]:.4g} {unit[0]}"
                yield (
                    f"cell {number}: {entry['name']!r} reaches {measured:.4g} {unit[0]}; "
                    f"allowed: {allowed}, the peak of {what} when the page was run"
                )


def peak_of(name: str, unit: str, limits: dict[str, Any]) -> tuple[str, float]:
    """Return what an entry can reach at most by its name, and how much; inf if unknown."""
    if unit == "B":
        return "a copy", max(rate for _, rate in limits["bandwidths"])
    dtype = next((kind for kind in ("int8", "bfloat16") if kind in name.lower()), "float32")
    rates = [rate for kind, threads, rate, *_ in limits["peaks"] if (kind, threads) == (dtype, 1)]
    return f"{dtype}, one thread", max(rates, default=float("inf"))


def limits_read_by(page: Page) -> dict[str, Any]:
    """Return the limits that a page was stored with: by the record, else the reference's."""
    record = known_record()
    read = record["pages"].get(page_name(page.path), {}).get("calibration")
    return record["calibrations"].get(read) or reference_limits()


@cache
def known_record() -> dict[str, Any]:
    return read_record()


@cache
def reference_limits() -> dict[str, Any]:
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


RULES = (is_fully_calibrated, stays_below_the_peaks)
