"""Files that are written all at once, or not at all."""

import os
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write a file by an atomic write: nobody ever reads a half of it, and a failure undoes it.

    Raises:
        OSError: if the file cannot be written.

    >>> from pathlib import Path
    >>> write_atomically(Path("notes.txt"), "all of it or nothing")
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
