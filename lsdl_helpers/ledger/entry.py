"""One quantity of the ledger: guessed, predicted, measured, and how it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.ledger.report import finite

# What stands beside a measurement, and the word for it. Only a formula gets a ratio.
KINDS = {"formula": "predicted", "baseline": "baseline", "bound": "bound", "cited": "cited"}


@dataclass
class Entry:
    """One quantity: the reader's guess, what the page says beforehand, the measurement.

    Attributes:
        predicted: a number, or one of ``choices``.
        unit: "ms", "GFLOP/s", …; "ratio" for a pure ratio, "" for a count.
        why: the formula in words.
        guess: the reader's, in the same unit or among ``choices``; None until there is one.
        kind: "formula"; "baseline" for "nothing changes" or "any will do"; "bound" for "at
            most" or "at least"; "cited" for what others measured.
        choices: what may be guessed, if it is no number.
        measured: None until it is.
        interval: of the measurement, low and high.
        quantity: a key that other pages give to the same quantity, e.g. "vgg16, forward".

    >>> Entry("time", 2.0, unit="ms", measured=3.0, interval=(2.9, 3.1))
    time: predicted 2.00 ms, measured 3.00 ms (2.90 ms to 3.10 ms, prediction outside), ratio 1.50×
    """

    name: str
    predicted: float | str
    unit: str = ""
    why: str = ""
    guess: float | str | None = None
    kind: str = "formula"
    choices: tuple[str, ...] = ()
    measured: float | str | None = None
    interval: tuple[float, float] | None = None
    quantity: str = ""

    @property
    def ratio(self) -> float | None:
        """Measured over predicted; None before the measurement, and for all but a formula."""
        if self.measured is None or self.kind != "formula" or self.choices:
            return None
        return self.measured / self.predicted if self.predicted else float("nan")

    @property
    def lies_inside(self) -> bool | None:
        """Whether the prediction lies in the interval; None without one, or for a bound."""
        if self.interval is None or self.kind == "bound":
            return None
        low, high = self.interval
        return low <= self.predicted <= high

    def text(self, column: str) -> str:
        """Return the guess, the prediction, … as text; empty where there is nothing yet."""
        value = getattr(self, column)
        if value is None or isinstance(value, str):
            return value or ""
        if column == "interval":
            low, high = (format_quantity(end, self.unit) for end in value)
            inside = {True: ", prediction inside", False: ", prediction outside", None: ""}
            return f"{low} to {high}{inside[self.lies_inside]}"
        return format_quantity(value, "ratio" if column == "ratio" else self.unit)

    def __repr__(self) -> str:
        said = f"{KINDS[self.kind]} {self.text('predicted')}"
        parts = [f"guess {self.text('guess')}" if self.guess is not None else "", said]
        if self.measured is None:
            because = f" ({self.why})" if self.why else ""
            return f"{self.name}: {', '.join(filter(None, parts))}{because}"
        interval = f" ({self.text('interval')})" if self.interval else ""
        parts.append(f"measured {self.text('measured')}{interval}")
        parts.append(f"ratio {self.text('ratio')}" if self.ratio is not None else "")
        return f"{self.name}: {', '.join(filter(None, parts))}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Show the line; hand the numbers to whoever draws the page, in the metadata."""
        return {"text/plain": repr(self)}, as_metadata([self])


def as_metadata(entries: list[Entry]) -> dict[str, list[dict]]:
    """Return entries as an output's metadata has them, which nobody compares or shows."""
    return {"lsdl": [finite(to_dict(entry)) for entry in entries]}


def to_dict(entry: Entry) -> dict[str, Any]:
    """Return an entry as a report has it: its fields and its ratio.

    >>> to_dict(Entry("time", 2.0, measured=3.0))["ratio"]
    1.5
    """
    return {**vars(entry), "choices": list(entry.choices), "ratio": entry.ratio}


def to_interval(name: str, interval: object, number: Callable) -> tuple[float, float]:
    """Return an interval as a pair of plain numbers.

    Raises:
        ValueError: if it is no pair of numbers, the lower first.
    """
    try:
        low, high = interval
    except (TypeError, ValueError):
        raise ValueError(
            f"the interval of {name!r} is {interval!r}; it must be two numbers"
        ) from None
    low, high = number("interval", name, low), number("interval", name, high)
    if not low <= high:
        raise ValueError(f"the interval of {name!r} is {low} to {high}; the lower must come first")
    return low, high
