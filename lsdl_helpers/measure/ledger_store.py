"""Where a reader's ledgers are kept: one JSON file a chapter, in the reader's own folder.

The file holds the last pages of the chapter, each with its date and its machine::

    {"format": 1, "chapter": "models/vgg", "pages": [
      {"id": …, "started": "2026-11-25T06:05:41+00:00", "machine": …, "entries": [
        {"name": …, "predicted": 2.0, "unit": "ms", "why": …, "guess": null, "measured": 3.0}]}]}

JSON has no word for nan and infinity: they stand there as "nan", "inf" and "-inf".
"""

import contextlib
import json
import math
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

FORMAT = 1
NUM_EARLIER_PAGES = 20
LOCK_TIMEOUT_S = 5


class StoreError(Exception):
    """What cannot be kept or read; the message says which file, and why."""


def user_folder() -> Path:
    """Return the folder for what this package keeps of its reader, moved by ``LSDL_HOME``.

    Otherwise the platform's own place for it: under ``XDG_DATA_HOME`` or ``~/.local/share``,
    ``~/Library/Application Support``, ``%LOCALAPPDATA%``.

    Raises:
        StoreError: if the reader has no home folder and ``LSDL_HOME`` names no other.

    >>> user_folder().name
    'lsdl'
    """
    try:
        return _platform_folder()
    except RuntimeError:  # of Path.home and Path.expanduser
        raise StoreError("no home folder is known; set LSDL_HOME to a folder") from None


def _platform_folder() -> Path:
    if moved := os.environ.get("LSDL_HOME"):
        return Path(moved).expanduser()
    if sys.platform == "darwin":
        parent = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        parent = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        parent = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return parent / "lsdl"


def ledger_path(chapter: str) -> Path:
    """Return the file of a chapter's ledger.

    >>> ledger_path("models/vgg").name
    'models-vgg.json'
    """
    return user_folder() / "ledger" / (re.sub(r"[^\w-]+", "-", chapter) + ".json")


def save_page(chapter: str, page: dict) -> None:
    """Put ``page`` into the chapter's file: in place of the one with its id, else at the end.

    The file is locked meanwhile and replaced in one step, so of two kernels at once both
    keep their pages. What a later version of this format added to other pages stays.

    Raises:
        StoreError: if the file is of a newer format, or cannot be written.
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
        kept = pages[-NUM_EARLIER_PAGES - 1 :]
        stored |= {"format": FORMAT, "chapter": chapter, "pages": kept}
        write_whole(path, to_json(stored))


def read_pages(chapter: str) -> list[dict]:
    """Return the pages kept of a chapter, the oldest first; none if there is no file.

    Raises:
        StoreError: if the file is of a newer format, or cannot be read.
    """
    path = ledger_path(chapter)
    with _said_as_store_error(path):
        return _read(path).get("pages", [])


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes and threads out while a file is read and written anew.

    Its folder is made if it is missing.

    Raises:
        StoreError: if another holds the file for too long, or what is done with it fails.
    """
    with _said_as_store_error(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=LOCK_TIMEOUT_S):
            yield


@contextlib.contextmanager
def _said_as_store_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:  # RuntimeError: no locks there
        where = getattr(error, "filename", None) or path
        raise StoreError(f"{where}: {getattr(error, 'strerror', None) or error}") from None


def _read(path: Path) -> dict:
    if not path.exists():
        return {}
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        found = stored.get("format", 0)
        pages = [] if found > FORMAT else stored.get("pages", [])
        whole = isinstance(found, int) and _are_pages(pages)
    except (ValueError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise StoreError(f"{path}: damaged; it is left as it is, rename it to begin another")
    if found > FORMAT:
        raise StoreError(
            f"{path}: of a newer lsdl_helpers (format {found}, this one writes {FORMAT}); "
            "it is left as it is"
        )
    return stored


def _are_pages(pages: object) -> bool:
    return _are_dicts(pages) and all(_are_dicts(page.get("entries", [])) for page in pages)


def _are_dicts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def to_json(value: object) -> str:
    """Write dictionaries, lists, text and numbers as valid JSON, nan and infinity as text.

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


def write_whole(path: Path, text: str) -> None:
    """Write a file in one step: it is there whole, or as it was."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
