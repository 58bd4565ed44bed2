"""Published files, downloaded once into a cache, with their hash checked at every use.

``torch.hub`` could download them, but has no time-out, takes a cut connection for the end of the
file, and trusts what is in its cache. We share that cache, so that a file which torchvision has
fetched is not fetched again.
"""

import contextlib
import hashlib
import os
import re
import sys
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from filelock import FileLock

from lsdl_helpers.data.web import DownloadError, open_address


def cache_folder() -> Path:
    """Return the folder of published files: torch's own cache, which ``TORCH_HOME`` moves.

    >>> cache_folder().parts[-2:]
    ('hub', 'checkpoints')
    """
    import torch  # late: it takes seconds, and a mistake in an argument should show at once

    return Path(torch.hub.get_dir()) / "checkpoints"


def fetch(
    address: str, sha256: str, *, timeout_s: float = 30, progress: bool | None = None
) -> Path:
    """Return the path of a published file in the cache, downloaded if it is not there.

    A cached file with a wrong hash is reported and downloaded again. The write is atomic: the
    cache never shows a part of a file, nor one with a wrong hash. Of several processes, one holds
    the lock and downloads, and the others wait.

    Args:
        address: http(s); the last part of its path names the file.
        sha256: the hash in hexadecimal digits, or its first eight or more, as the publisher
            states them.
        timeout_s: seconds until the server answers, and for which it may be silent then.
        progress: draw a bar on stderr; by default if that is a terminal.

    Raises:
        DownloadError: if the file cannot be had, or is another than the hash says.
        ValueError: if ``sha256`` is no such hash.

    >>> address = "https://download.pytorch.org/models/vgg16-397923af.pth"
    >>> fetch(address, "397923af").name  # doctest: +SKIP
    'vgg16-397923af.pth'
    """
    if not re.fullmatch("[0-9a-f]{8,64}", sha256):
        raise ValueError(f"sha256 is {sha256!r}; it must be 8 to 64 hexadecimal digits")
    path = cache_folder() / PurePosixPath(urlsplit(address).path).name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        locks = path.parent.with_name("locks")  # apart, so that the cache holds complete files only
        locks.mkdir(exist_ok=True)
        with FileLock(locks / f"{path.name}.lock"):
            if not path.exists():
                _download(address, path, sha256, timeout_s, progress)
            elif not check_hash(path, sha256):
                _replace_damaged(address, path, sha256, timeout_s, progress)
    except OSError as error:
        raise DownloadError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path


def check_hash(path: Path, sha256: str) -> bool:
    """Tell whether the SHA-256 of a file begins with these hexadecimal digits.

    >>> from pathlib import Path
    >>> Path("empty").touch()
    >>> check_hash(Path("empty"), "e3b0c442")
    True
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256)


def _replace_damaged(
    address: str, path: Path, sha256: str, timeout_s: float, progress: bool | None
) -> None:
    damaged = f"{path}: damaged, its hash is not {sha256}…"
    try:
        _download(address, path, sha256, timeout_s, progress)
    except DownloadError as error:
        raise DownloadError(f"{damaged}; fetching it again failed: {error}") from None
    print(f"{damaged}; it was downloaded again", file=sys.stderr)


def _download(
    address: str, path: Path, sha256: str, timeout_s: float, progress: bool | None
) -> None:
    # Always the same name: what a killed process leaves behind, the next one overwrites.
    partial = path.with_name(path.name + ".partial")
    digest = hashlib.sha256()
    try:
        with (
            open_address(address, timeout_s=timeout_s) as response,
            contextlib.closing(Bar(path.name, response.length, progress)) as bar,
            partial.open("wb") as file,
        ):
            for chunk in response:
                file.write(chunk)
                digest.update(chunk)
                bar.advance(len(chunk))
        if not digest.hexdigest().startswith(sha256):
            raise DownloadError(
                f"{address}: the hash is {digest.hexdigest()[: len(sha256)]}…, not {sha256}…"
            )
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


class Bar:
    """A progress bar on stderr: percent and megabytes, drawn anew at each percent."""

    def __init__(self, name: str, length: int | None, shown: bool | None) -> None:
        self._name, self._length = name, length
        self._shown = bool(sys.stderr and sys.stderr.isatty()) if shown is None else shown
        self._done = 0
        self._drawn = ""

    def advance(self, num_bytes: int) -> None:
        """Count received bytes, and draw the bar anew."""
        self._done += num_bytes
        text = f"{self._done / 1e6:.0f} MB"
        if self._length:
            share = self._done / self._length
            text = f"[{'#' * int(30 * share):30}] {share:4.0%} of {self._length / 1e6:.0f} MB"
        if self._shown and text != self._drawn:
            print(f"\r{self._name} {text}", end="", file=sys.stderr, flush=True)
            self._drawn = text

    def close(self) -> None:
        """End the line, if there is one."""
        if self._drawn:
            print(file=sys.stderr)
