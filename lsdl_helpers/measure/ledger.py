"""The ledger: predictions first, then measurements, then both side by side."""

import numbers
import os
import sys
import uuid
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from lsdl_helpers.measure.ledger_store import StoreError, ledger_path, read_pages, save_page
from lsdl_helpers.measure.report import write_report


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


def _to_number(kind: str, name: str, value: object) -> float:
    """Return a plain number, also for the scalars of numpy and torch."""
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
    """Refuse what is no text, or holds half of a character, which no file can."""
    for kind, text in texts.items():
        try:
            text.encode()
        except (AttributeError, UnicodeEncodeError):
            raise ValueError(f"the {kind} is {text!r}; it must be text") from None


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

    @classmethod
    def from_stored(cls, stored: dict) -> "Entry":
        """Make an entry of what a file holds, of this or another version.

        Raises:
            ValueError: if it holds no prediction, what is no number, or what is no text.
        """
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        for key in ("predicted", "guess", "measured"):
            value = known.get(key)
            value = float(value) if isinstance(value, str) else value  # "nan", "inf"
            if key == "predicted" or value is not None:
                known[key] = _to_number(key, known["name"], value)
        _require_text(**{key: known[key] for key in ("name", "unit", "why") if key in known})
        return cls(**known)


class Ledger:
    """The page of one chapter: what was predicted, what was measured.

    A quantity must be predicted before it is measured. Predicting it again replaces the
    entry, so a cell can be run again with another guess.

    The page is kept after each entry, in a file of the chapter in the reader's own folder
    (:func:`~lsdl_helpers.measure.ledger_store.user_folder`). A new ledger begins a new page;
    the twenty before it stay there, see :meth:`history`. Where nothing can be written, one
    line says so and everything else works.

    Args:
        chapter: its part and name, e.g. "models/vgg".
        machine: what the measurements are taken on, in words.
    """

    def __init__(self, chapter: str, machine: str = "") -> None:
        self.chapter = chapter
        self.machine = machine
        self._id = uuid.uuid4().hex
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._kept = True
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
            ValueError: if the value or the guess is not a number, or the rest is not text.
        """
        _require_text(name=name, unit=unit, why=why)
        value = _to_number("prediction", name, value)
        guess = None if guess is None else _to_number("guess", name, guess)
        self._entries[name] = Entry(name, value, unit, why, guess)
        self._save()
        return self._entries[name]

    def measure(self, name: str, value: float) -> Entry:
        """Enter what came out, in the unit of the prediction.

        Raises:
            ValueError: if nothing was predicted under that name, or for what is no number.
        """
        if name not in self._entries:
            known = ", ".join(map(repr, self._entries)) or "nothing yet"
            raise ValueError(f"predict {name!r} before you measure it; predicted: {known}")
        self._entries[name].measured = _to_number("measurement", name, value)
        self._save()
        return self._entries[name]

    def table(self) -> pd.DataFrame:
        """Return guess, prediction, measurement and measured / predicted, a row an entry."""
        rows = {entry.name: entry.row() for entry in self._entries.values()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(Entry("", 1).row()))

    def history(self, name: str) -> pd.DataFrame:
        """Return what the kept pages say of one quantity, a row a page, the oldest first.

        Raises:
            StoreError: if the file is of a newer version, or cannot be read.
        """
        pages = read_pages(self.chapter)
        try:
            stored = [
                {"started": str(page.get("started", "")), **Entry.from_stored(entry).row()}
                for page in pages
                for entry in page.get("entries", [])
                if entry.get("name") == name
            ]
        except ValueError as error:
            raise StoreError(f"{ledger_path(self.chapter)}: damaged: {error}") from None
        columns = ["started", *Entry("", 1).row()]
        return pd.DataFrame(stored, columns=columns).set_index("started")

    def export(self, path: str | os.PathLike) -> tuple[Path, Path]:
        """Write this page as a lab report: an HTML file to read, a JSON file to merge.

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
        page = {"chapter": self.chapter, **self._page()}
        for stored, entry in zip(page["entries"], self._entries.values(), strict=True):
            stored["ratio"] = None if entry.measured is None else entry.ratio
        rows = {entry.name: {**entry.row(), "why": entry.why} for entry in self._entries.values()}
        return write_report(path, page, rows)

    def _page(self) -> dict:
        entries = [asdict(entry) for entry in self._entries.values()]
        return {
            "id": self._id, "started": self._started, "machine": self.machine, "entries": entries,
        }  # fmt: skip

    def _save(self) -> None:
        """Keep the page; at the first failure say so, and do without from then on."""
        if self._kept:
            try:
                save_page(self.chapter, self._page())
            except StoreError as error:
                self._kept = False
                print(f"this page of the ledger is not kept: {error}")
