"""The ledger: predictions first, then measurements, then both side by side."""

import numbers
from dataclasses import dataclass

import pandas as pd


def format_quantity(value: float, unit: str = "") -> str:
    """Write a number for people: a count in full, anything else to three digits.

    >>> format_quantity(138357544), format_quantity(0.31249, "s"), format_quantity(1.0, "ratio")
    ('138,357,544', '0.312 s', '1.00×')
    """
    if isinstance(value, numbers.Integral):
        text = f"{value:,}"
    else:
        text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:#.3g}".rstrip(".")
    return f"{text}×" if unit == "ratio" else f"{text} {unit}".rstrip()


def _require_number(kind: str, name: str, value: object) -> None:
    if not isinstance(value, numbers.Real):
        raise ValueError(f"the {kind} of {name!r} is {value!r}; it must be a number")


@dataclass
class Entry:
    """One quantity: the reader's guess, the formula's prediction, the measurement."""

    name: str
    predicted: float
    unit: str = ""
    why: str = ""
    guess: float | None = None
    measured: float | None = None

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        if self.measured is None:
            raise ValueError(f"{self.name!r} has not been measured yet")
        return self.measured / self.predicted if self.predicted else float("nan")

    def row(self) -> dict[str, str]:
        """The entry as text, a column a key; empty where there is nothing yet."""
        known = self.measured is not None
        return {
            "guess": "" if self.guess is None else format_quantity(self.guess, self.unit),
            "predicted": format_quantity(self.predicted, self.unit),
            "measured": format_quantity(self.measured, self.unit) if known else "",
            "ratio": format_quantity(self.ratio, "ratio") if known else "",
        }

    def __repr__(self) -> str:
        cells = [f"{column} {text}" for column, text in self.row().items() if text]
        because = f" ({self.why})" if self.why and self.measured is None else ""
        return f"{self.name}: {', '.join(cells)}{because}"


class Ledger:
    """The page of one chapter: what was predicted, what was measured.

    A quantity must be predicted before it is measured. Predicting it again replaces the
    entry, so a cell can be run again with another guess.
    """

    def __init__(self, chapter: str) -> None:
        self.chapter = chapter
        self._entries: dict[str, Entry] = {}

    def predict(
        self, name: str, value: float, unit: str = "", why: str = "", guess: float | None = None
    ) -> Entry:
        """Write down what a formula says, before the clock or the counter is asked.

        Args:
            name: what is predicted; :meth:`measure` uses the same name.
            value: the formula's answer.
            unit: "ms", "GFLOP/s", …; "ratio" for a pure ratio, "" for a count.
            why: the formula in words.
            guess: the reader's own guess, in the same unit, kept beside the formula's.

        Raises:
            ValueError: if the value or the guess is not a number.
        """
        _require_number("prediction", name, value)
        if guess is not None:
            _require_number("guess", name, guess)
        self._entries[name] = Entry(name, value, unit, why, guess)
        return self._entries[name]

    def measure(self, name: str, value: float) -> Entry:
        """Enter what came out, in the unit of the prediction.

        Raises:
            ValueError: if nothing was predicted under that name, or for what is no number.
        """
        if name not in self._entries:
            known = ", ".join(map(repr, self._entries)) or "nothing yet"
            raise ValueError(f"predict {name!r} before you measure it; predicted: {known}")
        _require_number("measurement", name, value)
        self._entries[name].measured = value
        return self._entries[name]

    def table(self) -> pd.DataFrame:
        """Return guess, prediction, measurement and measured / predicted, a row an entry."""
        rows = {entry.name: entry.row() for entry in self._entries.values()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(Entry("", 1).row()))
