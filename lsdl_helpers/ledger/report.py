"""A page of the ledger as a lab report: one file for people, one for programs."""

import html
import json
import math
import os
from pathlib import Path

from lsdl_helpers.ledger.atomic_write import write_atomically

FORMAT = 2  # of the JSON
ENDINGS = (".html", ".json")
COLUMNS = ("guess", "predicted", "measured", "interval", "ratio", "why")

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lab report: {chapter}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; }}
main {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid GrayText; padding: .3rem .8rem; text-align: right; }}
th:first-child, th:last-child, td:last-child {{ text-align: left; }}
</style>
</head>
<body>
<main>
<h1>Lab report: {chapter}</h1>
<p>{started}</p>
<p>{machine}</p>
<table>
<thead><tr><th scope="col">quantity</th>{columns}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>
</body>
</html>
"""


def write_report(path: str | os.PathLike, page: dict, rows: dict[str, dict]) -> tuple[Path, Path]:
    """Write a report as HTML and as JSON, over any earlier ones; return both paths.

    The JSON is the page with its chapter and format; see
    :meth:`~lsdl_helpers.ledger.ledger.Ledger.export`.

    Args:
        path: of one of the two files, or of both without their endings.
        page: what the JSON holds: chapter, date, machine and entries.
        rows: what the table of the HTML shows, as text, by the name of the quantity.

    Raises:
        ValueError: for another ending.
    """
    path = Path(path)
    if path.suffix not in ("", *ENDINGS):
        raise ValueError(f"the ending of {str(path)!r} is {path.suffix!r}; allowed: .html, .json")
    as_html, as_json = (path.with_suffix(ending) for ending in ENDINGS)
    write_atomically(as_html, _to_html(page, rows))
    write_atomically(as_json, to_json({"format": FORMAT, **page}))
    return as_html, as_json


def _to_html(page: dict, rows: dict[str, dict]) -> str:
    return PAGE.format(
        chapter=html.escape(page["chapter"]),
        started=html.escape(page["started"].replace("T", " ").replace("+00:00", " UTC")),
        machine=html.escape(page["machine"] or "machine unknown"),
        columns="".join(f'<th scope="col">{column}</th>' for column in COLUMNS),
        rows="\n".join(_to_row(name, cells) for name, cells in rows.items()),
    )


def _to_row(name: str, cells: dict) -> str:
    texts = "".join(f"<td>{html.escape(cells[column])}</td>" for column in COLUMNS)
    return f'<tr><th scope="row">{html.escape(name)}</th>{texts}</tr>'


def to_json(value: object) -> str:
    """Serialize dictionaries, lists, text and numbers as valid JSON, nan and infinity as text.

    >>> to_json([1.0, float("inf")])
    '[\\n 1.0,\\n "inf"\\n]'
    """
    return json.dumps(finite(value), indent=1, allow_nan=False)


def finite(value: object) -> object:
    """Return a value with nan and infinity as text, which JSON has no numbers for.

    >>> finite({"ratio": float("nan")})
    {'ratio': 'nan'}
    """
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
