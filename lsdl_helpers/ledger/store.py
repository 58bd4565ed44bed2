"""Where a reader's ledgers are stored: one JSON file a chapter, in the reader's own folder.

The file holds the last pages of the chapter, each with its date and its machine::

    {"format": 1, "chapter": "models/vgg", "pages": [
      {"id": …, "started": "2026-11-25T06:05:41+00:00", "machine": …, "entries": [
        {"name": …, "predicted": 2.0, "unit": "ms", "why": …, "guess": null, "measured": 3.0}]}]}

JSON has no word for nan and infinity: they stand there as "nan", "inf" and "-inf".
"""

import json
import math
import re
from pathlib import Path

from lsdl_helpers.ledger.user_files import StoreError, locked, user_folder, write_atomically

FORMAT = 1
NUM_EARLIER_PAGES = 20


def ledger_path(chapter: str) -> Path:
    """Return the file of a chapter's ledger.

    >>> ledger_path("models/vgg").name
    'models-vgg.json'
    """
    return user_folder() / "ledger" / (re.sub(r"[^\w-]+", "-", chapter) + ".json")


def save_page(chapter: str, page: dict) -> None:
    """Write a page into the chapter's file: in place of the one with its id, else at the end.

    The file is locked meanwhile and replaced by an atomic write, so of two kernels at once
    neither loses a page. What another version of this format added to other pages stays.

    Raises:
        StoreError: if the file is of a newer format or damaged, or cannot be written.

    >>> save_page("models/vgg", {"id": "1", "entries": []})
    """
    path = ledger_path(chapter)
    with locked(path):
        stored = _read(path)
        pages = stored.get("pages", [])
        ids = [earlier.get("id") for earlier in pages]
        if page["id"] in ids:
            pages[ids.index(page["id"])] = page
        else:
            pages.append(page)
        last = pages[-NUM_EARLIER_PAGES - 1 :]
        stored |= {"format": FORMAT, "chapter": chapter, "pages": last}
        write_atomically(path, to_json(stored))


def _read(path: Path) -> dict:
    """Return what a file holds; an empty dictionary if there is none."""
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        version = stored.get("format", 0)
        pages = [] if version > FORMAT else stored.get("pages", [])
        valid = isinstance(version, int) and _are_dicts(pages)
    except (ValueError, TypeError, AttributeError, RecursionError):
        valid = False
    if not valid:
        raise StoreError(f"{path}: damaged; it is left as it is, rename it to begin another")
    if version > FORMAT:
        raise StoreError(
            f"{path}: of a newer lsdl_helpers (format {version}, this one writes {FORMAT}); "
            "it is left as it is"
        )
    return stored


def _are_dicts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def to_json(value: object) -> str:
    """Serialize dictionaries, lists, text and numbers as valid JSON, nan and infinity as text.

    >>> to_json([1.0, float("inf")])
    '[\\n 1.0,\\n "inf"\\n]'
    """
    return json.dumps(_finite(value), indent=1, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
