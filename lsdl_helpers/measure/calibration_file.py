"""The file of this machine's calibration: its limits by device, and those between processes."""

import json
from pathlib import Path
from typing import Any

from lsdl_helpers.ledger.atomic_write import write_atomically
from lsdl_helpers.measure.machine import machine
from lsdl_helpers.measure.user_folder import UserFolderError, locked, user_folder


def calibration_path() -> Path:
    """Return the path of the file, in the reader's own folder; ``LSDL_HOME`` moves it.

    Raises:
        UserFolderError: if the reader has no such folder.

    >>> calibration_path().name
    'machine-...json'
    """
    return user_folder() / f"machine-{machine().key}.json"


def read_calibration() -> dict[str, Any]:
    """Return the content of the file, by device and "parallel"; empty if there is none.

    A file that cannot be read counts as none, and one line says why.

    >>> read_calibration()
    {}
    """
    path = None
    try:
        path = calibration_path()
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it is not a dictionary")
    except FileNotFoundError:
        return {}
    except (UserFolderError, OSError, ValueError, RecursionError) as error:
        print(f"{path or 'the calibration'}: ignored: {' '.join(str(error).split())}")
        return {}
    return content


def save_calibration(part: str, value: dict[str, Any]) -> None:
    """Write one part of the file, e.g. "cpu" or "parallel"; the others stay.

    The file is locked meanwhile and replaced by an atomic write: of two processes that write at
    once neither loses the other's part. Where it cannot be written, one line says why.

    >>> save_calibration("parallel", {"latency_s": 1e-6})
    """
    try:
        path = calibration_path()
        with locked(path):
            write_atomically(path, json.dumps({**read_calibration(), part: value}, indent=1))
    except UserFolderError as error:
        print(f"the calibration is not saved: {error}")
