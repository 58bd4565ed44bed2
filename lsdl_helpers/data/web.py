"""Reading an address over http or https, with limits, and one kind of error."""

import contextlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

# Nothing for ftp:, file: or data:, so that a redirect cannot lead there either.
_HANDLERS = (
    urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
    urllib.request.HTTPRedirectHandler, urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor, urllib.request.UnknownHandler,
)  # fmt: skip


class DownloadError(RuntimeError):
    """An address could not be read, or what came is not what was asked for; says it in one line."""


class Response:
    """An open answer: its length in bytes if the server says it, and its body in pieces."""

    def __init__(self, address: str, raw: http.client.HTTPResponse, seconds: float) -> None:
        length = raw.headers.get("Content-Length", "")
        self.length = int(length) if length.isdecimal() else None
        self._address, self._raw, self._seconds = address, raw, seconds
        self._deadline = time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        while chunk := self._read():
            received += len(chunk)
            yield chunk
            if time.monotonic() > self._deadline:
                raise DownloadError(f"{self._address}: not complete within {self._seconds:g} s")
        if self.length is not None and received < self.length:
            cut = f"the connection was cut after {received:,} of {self.length:,} bytes"
            raise DownloadError(f"{self._address}: {cut}")

    def _read(self) -> bytes:
        with _one_kind_of_error(self._address):
            return self._raw.read1(2**16)  # what has come so far, so that the clock is read


@contextlib.contextmanager
def open_address(
    address: str, *, timeout_s: float = 30, limit_s: float = float("inf")
) -> Iterator[Response]:
    """Open an address, and close it again.

    Args:
        address: begins with http:// or https://; so must every address that it redirects to.
        timeout_s: seconds that the server may be silent.
        limit_s: seconds for the whole body.

    Raises:
        DownloadError: if it cannot be opened, or not be read to its end.

    >>> with open_address("https://example.org") as response:  # doctest: +SKIP
    ...     body = b"".join(response)
    """
    with _one_kind_of_error(address):
        request = urllib.request.Request(address, headers={"User-Agent": "lsdl_helpers"})
        raw = _opener().open(request, timeout=timeout_s)
    with raw:
        yield Response(address, raw, limit_s)


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    return opener


@contextlib.contextmanager
def _one_kind_of_error(address: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(f"{address}: the server answered {error.code} {error.msg}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        if isinstance(reason, TimeoutError):
            said = "the server is silent"
        raise DownloadError(f"{address}: {' '.join(said.split())}") from None
