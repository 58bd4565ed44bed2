"""Reading an address over http or https, with time-outs, and one kind of error.

Libraries limit each read, or need asyncio for a deadline of the exchange: here one deadline limits
every wait, for headers, sizes of chunks and redirects, too.
"""

import contextlib
import http.client
import io
import re
import socket
import string
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

MAX_LENGTH_DIGITS = 18  # of a length in bytes


class DownloadError(RuntimeError):
    """An address cannot be read, or holds another file than expected; the message is one line."""


@dataclass
class _Deadline:
    """The time-outs of an exchange: for a silent server, and for all of it since the start."""

    silence_s: float
    limit_s: float
    answered: bool = False
    start: float = field(default_factory=time.monotonic)

    def remaining(self) -> float:
        """Return how long the next wait may take."""
        remaining = self.start + self.limit_s - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return min(remaining, self.silence_s)

    def reason(self) -> str:
        """Return which of the two limits ended a wait."""
        if time.monotonic() < self.start + self.limit_s:
            return "the server is silent"
        return f"{'not complete' if self.answered else 'no answer'} within {self.limit_s:g} s"


class _Incoming(io.RawIOBase):
    """The input stream of a socket, on which every read is limited by the deadline."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._bytes = sock.makefile("rb", buffering=0)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return a file, which is all that an answer of http.client asks of its socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.remaining())
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _Handler(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections whose answers are limited by a deadline, after each redirect, too."""

    def __init__(self, deadline: _Deadline, stack: contextlib.ExitStack) -> None:
        super().__init__()
        self._deadline, self._stack = deadline, stack

    def do_open(self, http_class: Any, req: urllib.request.Request, **options: Any) -> Any:
        if "@" in urlsplit(req.full_url).netloc:
            raise ValueError("addresses with a user or a password are not read")

        def connection(host: str, **settings: Any) -> http.client.HTTPConnection:
            http_connection = http_class(host, **settings)
            http_connection.response_class = self._answer
            return http_connection

        req.timeout = self._deadline.remaining()
        return super().do_open(connection, req, **options)

    def _answer(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        incoming = self._stack.enter_context(_Incoming(sock, self._deadline))
        return http.client.HTTPResponse(incoming, *args, **options)


class Response:
    """An open answer: its length in bytes if the server says it, and its body in pieces."""

    def __init__(self, address: str, raw: http.client.HTTPResponse, deadline: _Deadline) -> None:
        digits = len(raw.headers.get("Content-Length", ""))
        if digits > MAX_LENGTH_DIGITS:
            raise ValueError(f"the server states a length of {digits:,} digits")
        self.length, self._address, self._raw, self._deadline = raw.length, address, raw, deadline

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        while chunk := self._read():
            received += len(chunk)
            yield chunk
        if self.length is not None and received < self.length:
            cut = f"the connection was cut after {received:,} of {self.length:,} bytes"
            raise DownloadError(f"{redact(self._address)}: {cut}")

    def _read(self) -> bytes:
        with _as_download_error(self._address, self._deadline):
            return self._raw.read1(2**16)  # what has come so far


@contextlib.contextmanager
def open_address(
    address: str, *, timeout_s: float = 30, limit_s: float = float("inf")
) -> Iterator[Response]:
    """Open an http or https address for reading, within two time-outs; close it at the end.

    Letters and spaces are encoded as browsers do it. Outside of the limits is the system's look-up
    of the host; and where it finds several machines, each may take ``timeout_s`` to connect.

    Args:
        address: begins with ``http://`` or ``https://``; so must every address that it redirects
            to.
        timeout_s: seconds until the headers are complete, redirects included, and for which the
            server may be silent from then on.
        limit_s: seconds for the whole exchange.

    Raises:
        DownloadError: if it cannot be opened, or not be read to its end.

    >>> with open_address("https://example.org") as response:  # doctest: +SKIP
    ...     body = b"".join(response)
    """
    deadline = _Deadline(timeout_s, min(timeout_s, limit_s))
    with contextlib.ExitStack() as stack:
        with _as_download_error(address, deadline):
            request = urllib.request.Request(
                _encode_address(address), headers={"User-Agent": "lsdl_helpers"}
            )
            raw = stack.enter_context(_opener(_Handler(deadline, stack)).open(request))
            response = Response(address, raw, deadline)
        deadline.answered, deadline.limit_s = True, limit_s
        yield response


def redact(text: str) -> str:
    """Return a text in one line, with user and password left out of every address in it.

    >>> redact("http://me:secret@example.org/cat.jpg")
    'http://example.org/cat.jpg'
    """
    return " ".join(re.sub("(?<=://)[^/?#]*@", "", text).split())


def _encode_address(address: str) -> str:
    """Return the address in ASCII: the host by IDNA, path and query percent-encoded."""
    try:
        parts = urlsplit(address)
        host, colon, port = parts.netloc.partition(":")
        if not host.isascii():
            host = host.encode("idna").decode()
        path, query = (
            quote(part, safe=string.punctuation, errors="surrogateescape")
            for part in (parts.path, parts.query)
        )
    except ValueError:  # which may quote the password
        raise ValueError("it cannot be encoded as an address") from None
    return parts._replace(netloc=host + colon + port, path=path, query=query).geturl()


def _opener(ours: _Handler) -> urllib.request.OpenerDirector:
    """Return what opens http and https, and nothing that a redirect may name besides."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(), ours, urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(), urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


@contextlib.contextmanager
def _as_download_error(address: str, deadline: _Deadline) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        reason = f"the server answered {error.code} {error.msg}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        if isinstance(cause, TimeoutError):
            reason = deadline.reason()
    else:
        return
    raise DownloadError(f"{redact(address)}: {redact(reason)}") from None
