"""An output stream that may be closed, full or unable to show a character."""

import io
import os
from collections.abc import Callable
from typing import Any, TextIO


class SafeStream:
    """A stream that no error of writing stops: the work goes on without the output.

    A character that the stream cannot show is written as its number, as in ``\\u732b``.

    Args:
        stream: standard output or error; None where the caller has closed it.
    """

    def __init__(self, stream: TextIO | None) -> None:
        if stream is None:  # takes the number of the closed one, and fails after the first line
            stream = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", 1, closefd=False)
        if isinstance(stream, io.TextIOWrapper):  # a notebook's can show all
            stream.reconfigure(errors="backslashreplace")
        self._stream = stream
        self.error: OSError | None = None  # why it could not be written

    def write(self, text: str) -> int:
        """Write, if that is possible; return the number of characters of the text."""
        self._attempt(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        """Flush the stream, if that is possible."""
        self._attempt(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _attempt(self, action: Callable[..., Any], *args: str) -> None:
        try:
            action(*args)
        except OSError as error:
            self.error = error
            with open(os.devnull, "w") as devnull:
                os.dup2(devnull.fileno(), self._stream.fileno())  # from now on
