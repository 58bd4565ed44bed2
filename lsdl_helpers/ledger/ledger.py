"""The ledger: predictions first, then measurements, then both side by side."""

import numbers
import os
import sys
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.ledger.report import write_report


def _to_number(kind: str, name: str, value: object) -> float:
    """Convert a number, or a scalar of numpy or torch, to an int or a float."""
    try:
        plain = value.item() if hasattr(value, "item") else value
    except (ValueError, RuntimeError):  # more than one number, or on the device meta
        plain = None
    if not isinstance(plain, numbers.Real):
        raise ValueError(f"the {kind} of {name!r} is {value!r}; it must be a number")
    try:
        rounded = float(plain)
    except OverflowError:
        raise ValueError(
            f"the {kind} of {name!r} is too large; at most {sys.float_info.max:.1e} is allowed, "
            "enter its logarithm"
        ) from None
    return int(plain) if isinstance(plain, numbers.Integral) else rounded


def _require_text(**texts: object) -> None:
    """Raise a ValueError for what is not text, or holds an unpaired surrogate, half a letter."""
    for kind, text in texts.items():
        try:
            text.encode()
        except (AttributeError, UnicodeEncodeError):
            raise ValueError(f"the {kind} is {text!r}; it must be text") from None


@dataclass
class Entry:
    """One quantity: the reader's guess, the formula's prediction, the measurement.

    >>> Entry("time", 2.0, unit="ms", measured=3.0).ratio
    1.5
    """

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
        measured = self.measured is not None
        return {
            "guess": "" if self.guess is None else format_quantity(self.guess, self.unit),
            "predicted": format_quantity(self.predicted, self.unit),
            "measured": format_quantity(self.measured, self.unit) if measured else "",
            "ratio": format_quantity(self.ratio, "ratio") if measured else "",
        }

    def __repr__(self) -> str:
        cells = [f"{column} {text}" for column, text in self.row().items() if text]
        because = f" ({self.why})" if self.why and self.measured is None else ""
        return f"{self.name}: {', '.join(cells)}{because}"


class Ledger:
    """The predictions and measurements of one chapter, until the kernel ends.

    A quantity must be predicted before it is measured. Predicting it again replaces the
    entry, so a cell can be run again with another guess. :meth:`export` saves them.

    Args:
        chapter: its part and name, e.g. "models/vgg".
        machine: what the measurements are taken on, in words.

    >>> ledger = Ledger("models/vgg")
    >>> ledger.predict("time", 2.0, unit="ms", guess=5)
    time: guess 5 ms, predicted 2.00 ms
    >>> ledger.measure("time", 3.0)
    time: guess 5 ms, predicted 2.00 ms, measured 3.00 ms, ratio 1.50×
    """

    def __init__(self, chapter: str, machine: str = "") -> None:
        self.chapter = chapter
        self.machine = machine
        self._id = uuid.uuid4().hex
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._entries: dict[str, Entry] = {}

    def predict(
        self, name: str, value: float, unit: str = "", why: str = "", guess: float | None = None
    ) -> Entry:
        """Enter a prediction, before anything is timed or counted.

        Args:
            name: what is predicted; :meth:`measure` uses the same name.
            value: the formula's answer.
            unit: "ms", "GFLOP/s", …; "ratio" for a pure ratio, "" for a count.
            why: the formula in words.
            guess: the reader's own guess, in the same unit.

        Raises:
            ValueError: if the value or the guess is not a number, or the rest is not text.
        """
        _require_text(name=name, unit=unit, why=why)
        value = _to_number("prediction", name, value)
        guess = None if guess is None else _to_number("guess", name, guess)
        self._entries[name] = Entry(name, value, unit, why, guess)
        return self._entries[name]

    def measure(self, name: str, value: float) -> Entry:
        """Enter the measurement, in the unit of the prediction.

        Raises:
            ValueError: if nothing was predicted under that name, or for what is no number.
        """
        if name not in self._entries:
            names = ", ".join(map(repr, self._entries)) or "nothing yet"
            raise ValueError(f"predict {name!r} before you measure it; predicted: {names}")
        self._entries[name].measured = _to_number("measurement", name, value)
        return self._entries[name]

    def table(self) -> pd.DataFrame:
        """Return guess, prediction, measurement and measured / predicted, a row an entry."""
        rows = {entry.name: entry.row() for entry in self._entries.values()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(Entry("", 1).row()))

    def export(self, path: str | os.PathLike) -> tuple[Path, Path]:
        """Write the ledger as a lab report: an HTML file to read, a JSON file to merge.

        Existing files are replaced, each in one step. The JSON holds format, chapter, id,
        started, machine and entries, each with name, predicted, unit, why, guess, measured,
        ratio; null where there is nothing yet, "nan", "inf" or "-inf" for what is no number.

        Args:
            path: "report", "report.html" or "report.json"; it stands for both files.

        Returns:
            The paths of the HTML and of the JSON file.

        Raises:
            ValueError: for another ending.

        >>> [file.name for file in Ledger("models/vgg").export("report")]
        ['report.html', 'report.json']
        """
        entries = [
            {**asdict(entry), "ratio": None if entry.measured is None else entry.ratio}
            for entry in self._entries.values()
        ]
        page = {
            "chapter": self.chapter, "id": self._id, "started": self._started,
            "machine": self.machine, "entries": entries,
        }  # fmt: skip
        rows = {entry.name: {**entry.row(), "why": entry.why} for entry in self._entries.values()}
        return write_report(path, page, rows)
