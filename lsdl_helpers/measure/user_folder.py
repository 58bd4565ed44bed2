"""The reader's own folder, and locks on the files in it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK_TIMEOUT_S = 5


class UserFolderError(Exception):
    """A file cannot be read or written; the message says which one, and why."""


def user_folder() -> Path:
    """Return the folder for the reader's own files: ``LSDL_HOME``, else the platform's.

    That is under ``XDG_DATA_HOME`` or ``~/.local/share``, ``~/Library/Application Support``,
    ``%LOCALAPPDATA%``.

    Raises:
        UserFolderError: if the reader has no home folder and ``LSDL_HOME`` names no other.

    >>> user_folder().name
    'lsdl'
    """
    try:
        return _platform_folder()
    except RuntimeError:  # of Path.home and Path.expanduser
        raise UserFolderError("no home folder is known; set LSDL_HOME to a folder") from None


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


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, among processes and threads, while it is read and written anew.

    Its folder is made if it is missing.

    Raises:
        UserFolderError: if the lock is not free within 5 s, or for an OSError while it is held.

    >>> with locked(user_folder() / "notes.txt"):
    ...     written = (user_folder() / "notes.txt").write_text("read, changed, written by one")
    """
    from filelock import FileLock  # late: the clock comes without it

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=LOCK_TIMEOUT_S):
            yield
    except (OSError, RuntimeError) as error:  # RuntimeError: no locks there
        where = getattr(error, "filename", None) or path
        raise UserFolderError(f"{where}: {getattr(error, 'strerror', None) or error}") from None
