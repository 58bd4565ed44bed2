"""The ledger as a table: numbers to compute with, text when it is shown."""

from typing import Any

import pandas as pd

from lsdl_helpers.ledger.entry import KINDS, Entry, as_metadata

COLUMNS = ("guess", "predicted", "measured", "low", "high", "ratio")
SHOWN = ("guess", "predicted", "measured", "interval", "ratio")


class LedgerTable(pd.DataFrame):
    """Guess, prediction, measurement, its interval and measured / predicted, a row an entry.

    Nothing is NaN but what is not there yet. What is taken out of it is a plain DataFrame.

    >>> from lsdl_helpers.ledger import Entry
    >>> table = LedgerTable([Entry("time", 2.0, unit="ms", measured=3.0)])
    >>> table.loc["time", "ratio"]
    np.float64(1.5)
    >>> table
         predicted measured  ratio
    time   2.00 ms  3.00 ms  1.50×
    """

    _metadata = ("_entries",)

    def __init__(self, entries: list[Entry]) -> None:
        low_high = [entry.interval or (None, None) for entry in entries]
        rows = [
            [entry.guess, entry.predicted, entry.measured, *ends, entry.ratio]
            for entry, ends in zip(entries, low_high, strict=True)
        ]
        names = [entry.name for entry in entries]
        super().__init__(pd.DataFrame(rows, index=names, columns=COLUMNS).infer_objects())
        self._entries = entries

    def _shown(self) -> pd.DataFrame:
        """Return the table as text, without the columns that are empty."""
        rows = {entry.name: row(entry) for entry in self._entries}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=list(SHOWN))
        return table.loc[:, [column for column in SHOWN if (table[column] != "").any()]]

    def __repr__(self) -> str:
        return self._shown().to_string()

    def _repr_html_(self) -> str:
        return self._shown()._repr_html_()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        """Show the text; hand the numbers to whoever draws the page, in the metadata."""
        return (
            {"text/plain": repr(self), "text/html": self._repr_html_()},
            as_metadata(self._entries),
        )


def row(entry: Entry) -> dict[str, str]:
    """Return an entry as text, a column a key; a kind that is no formula is named."""
    texts = {column: entry.text(column) for column in SHOWN}
    if entry.kind != "formula":
        texts["predicted"] += f" ({KINDS[entry.kind]})"
    return texts
