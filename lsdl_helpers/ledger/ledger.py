"""The ledger: predictions first, then measurements, then both side by side."""

import numbers
import os
import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from lsdl_helpers.ledger.entry import KINDS, Entry, to_dict, to_interval
from lsdl_helpers.ledger.report import write_report
from lsdl_helpers.ledger.table import LedgerTable, row


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


def _to_value(kind: str, name: str, value: object, choices: Sequence[str]) -> float | str:
    """Return one of the choices, or without choices a number."""
    if not choices:
        return _to_number(kind, name, value)
    if value not in choices:
        allowed = ", ".join(map(repr, choices))
        raise ValueError(f"the {kind} of {name!r} is {value!r}; allowed: {allowed}")
    return value


def _show(entry: Entry) -> None:
    """Show an entry as an output of its own in a notebook, as a line elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython and ipython.get_ipython():
        ipython.display.display(entry)
    else:
        print(entry)


class Ledger:
    """The predictions and measurements of one chapter, until the kernel ends.

    A quantity must be predicted before it is measured. Predicting it again replaces the
    entry, so a cell can be run again with a guess. :meth:`export` saves them.

    Args:
        chapter: its part and name, e.g. "models/vgg".
        machine: what the measurements are taken on, in words.

    >>> ledger = Ledger("models/vgg")
    >>> ledger.predict("time", 2.0, unit="ms", guess=5)
    time: guess 5 ms, predicted 2.00 ms
    >>> ledger.measure("time", 3.0)
    time: guess 5 ms, predicted 2.00 ms, measured 3.00 ms, ratio 1.50×
    >>> ledger["time"].ratio
    1.5
    """

    def __init__(self, chapter: str, machine: str = "") -> None:
        self.chapter = chapter
        self.machine = machine
        self._id = uuid.uuid4().hex
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._entries: dict[str, Entry] = {}

    def __getitem__(self, name: str) -> Entry:
        """Return what was entered under a name.

        Raises:
            ValueError: if nothing was predicted under it.
        """
        if name not in self._entries:
            names = ", ".join(map(repr, self._entries)) or "nothing yet"
            raise ValueError(f"predict {name!r} before you measure it; predicted: {names}")
        return self._entries[name]

    def predict(
        self,
        name: str,
        value: float | str,
        unit: str = "",
        why: str = "",
        guess: float | str | None = None,
        kind: str = "formula",
        choices: Sequence[str] = (),
    ) -> None:
        """Enter a prediction, before anything is timed or counted, and show it.

        Args:
            name: what is predicted; :meth:`measure` uses the same name.
            value: the formula's answer, a number or one of the choices.
            unit: "ms", "GFLOP/s", …; "ratio" for a pure ratio, "" for a count.
            why: the formula in words.
            guess: the reader's own guess, in the same unit or among the choices.
            kind: "formula", "baseline", "bound" or "cited"; see
                :class:`~lsdl_helpers.ledger.entry.Entry`.
            choices: what may be guessed, where the answer is no number.

        Raises:
            ValueError: if the value or the guess is no number, or not among the choices;
                for another kind; if the rest is not text.
        """
        _require_text(name=name, unit=unit, why=why)
        for choice in choices:
            _require_text(choice=choice)
        if kind not in KINDS:
            raise ValueError(f"kind is {kind!r}; allowed: {', '.join(map(repr, KINDS))}")
        value = _to_value("prediction", name, value, choices)
        guess = None if guess is None else _to_value("guess", name, guess, choices)
        self._entries[name] = Entry(name, value, unit, why, guess, kind, tuple(choices))
        _show(self._entries[name])

    def measure(
        self,
        name: str,
        value: float | str,
        interval: tuple[float, float] | None = None,
        quantity: str = "",
    ) -> Entry:
        """Enter the measurement, in the unit of the prediction.

        Args:
            name: as it was predicted.
            value: a number, or one of the choices.
            interval: low and high, e.g. of :func:`~lsdl_helpers.measure.timing.compare`.
            quantity: a key that other pages give to the same quantity, so that a report can
                set them side by side.

        Raises:
            ValueError: if nothing was predicted under that name, or for what is no number.
        """
        entry = self[name]
        _require_text(quantity=quantity)
        value = _to_value("measurement", name, value, entry.choices)
        if interval is not None:
            interval = to_interval(name, interval, _to_number)
        entry.measured, entry.interval, entry.quantity = value, interval, quantity
        return entry

    def table(self, prefix: str = "") -> LedgerTable:
        """Return the entries whose names begin with ``prefix``, a row each: numbers.

        Its columns are guess, predicted, measured, low, high and ratio; it is shown as text.

        Raises:
            ValueError: if no name begins so.
        """
        entries = [entry for name, entry in self._entries.items() if name.startswith(prefix)]
        if prefix and not entries:
            names = ", ".join(map(repr, self._entries)) or "nothing yet"
            raise ValueError(f"no name begins with {prefix!r}; predicted: {names}")
        return LedgerTable(entries)

    def export(self, path: str | os.PathLike) -> tuple[Path, Path]:
        """Write the ledger as a lab report: an HTML file to read, a JSON file to merge.

        Existing files are replaced, each in one step. The JSON holds format, chapter, id,
        started, machine and entries, each with the fields of
        :class:`~lsdl_helpers.ledger.entry.Entry` and its ratio; null where there is
        nothing, "nan", "inf" or "-inf" for what is no number.

        Args:
            path: "report", "report.html" or "report.json"; it stands for both files.

        Returns:
            The paths of the HTML and of the JSON file.

        Raises:
            ValueError: for another ending.

        >>> [file.name for file in Ledger("models/vgg").export("report")]
        ['report.html', 'report.json']
        """
        page = {
            "chapter": self.chapter, "id": self._id, "started": self._started,
            "machine": self.machine, "entries": [*map(to_dict, self._entries.values())],
        }  # fmt: skip
        rows = {entry.name: {**row(entry), "why": entry.why} for entry in self._entries.values()}
        return write_report(path, page, rows)
