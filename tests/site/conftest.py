"""The built site on localhost, and a real browser; a missing part fails in CI, else it skips."""

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "book" / "_ext"))  # the tests import the extension's modules


def lacking(what: str, remedy: str) -> NoReturn:
    """Fail in continuous integration, where nothing may be left out; elsewhere skip, saying how."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what}; to get it: {remedy}")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a line of log for each."""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").exists():
        lacking("the site is not built", "make book")
    return HTML


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address on localhost under which the built site is served."""
    handler = functools.partial(QuietHandler, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the system's, else the one that Playwright installed."""
    with sync_playwright() as driver:
        names = ("chromium", "chromium-browser", "google-chrome")
        found = next(filter(None, map(shutil.which, names)), driver.chromium.executable_path)
        if not Path(found).exists():
            lacking("no Chromium", "apt-get install chromium, or: playwright install chromium")
        # Chromium's sandbox does not start for root, which is who runs in a container.
        sandbox = ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
        browser = driver.chromium.launch(executable_path=found, args=sandbox)
        yield browser
        browser.close()
