"""The built site and JupyterLab on localhost, and a browser; what is missing fails in CI."""

import importlib.util
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site import guess_book
from tests.site.guess_book import Reader
from tools.localhost import FLAGS, chromium, free_ports, served

ROOT = Path(__file__).parents[2]
HTML = ROOT / "_build" / "html"


def lacking(what: str, remedy: str) -> NoReturn:
    """Fail in continuous integration, where nothing may be left out; elsewhere skip, saying how."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{what}; to get it: {remedy}")


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").exists():
        lacking("the site is not built", "make book")
    return HTML


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address on localhost under which the built site is served."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the system's, else the one that Playwright installed."""
    with sync_playwright() as driver:
        program = chromium() or driver.chromium.executable_path
        if not Path(program).exists():
            lacking("no Chromium", "apt-get install chromium, or: playwright install chromium")
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def guess_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address on localhost of a small book to guess in."""
    with served(guess_book.build(tmp_path_factory.mktemp("guess_book"))) as address:
        yield address


def read_with(browser: Browser, address: str, **settings: bool) -> Iterator[Reader]:
    """Let somebody read in a browser without a history, in which nothing may go wrong."""
    with browser.new_context(**settings) as context:
        reader = Reader(context, context.new_page(), address, [])
        reader.page.set_default_timeout(5000)
        reader.page.on("pageerror", lambda error: reader.errors.append(error.stack))
        yield reader
        assert reader.errors == []


@pytest.fixture
def reader(browser: Browser, guess_site: str) -> Iterator[Reader]:
    """A reader of the small book, with nothing kept."""
    yield from read_with(browser, guess_site)


@pytest.fixture
def plain(browser: Browser, guess_site: str) -> Iterator[Reader]:
    """A reader without JavaScript."""
    yield from read_with(browser, guess_site, java_script_enabled=False)


class Lab(NamedTuple):
    """A running JupyterLab: the folder that it serves, and the address of a file in it."""

    folder: Path
    port: int
    token: str

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab with settings of its own, whose kernels import the package from here."""
    for name in ("jupyterlab", "ipywidgets"):
        if importlib.util.find_spec(name) is None:
            lacking(f"no {name}", f"pip install {name}")
    home = tmp_path_factory.mktemp("lab")
    lab = Lab(home / "served", free_ports(1)[0], "token-of-the-tests")
    lab.folder.mkdir()
    with (home / "log").open("w+") as log, start_lab(lab, home, log) as server:
        try:
            wait_for_lab(lab, server)
            yield lab
        finally:
            server.terminate()  # it shuts its kernels down
            server.wait(timeout=30)


def start_lab(lab: Lab, home: Path, log: object) -> subprocess.Popen:
    """Start JupyterLab, which asks nobody for news and knows no settings but its own."""
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    announcements = {"@jupyterlab/apputils-extension:announcements": True}
    (settings / "page_config.json").write_text(json.dumps({"disabledExtensions": announcements}))
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = ("config", "data", "runtime", "ipython")
    own = {name: str(home / folder) for name, folder in zip(names, folders, strict=True)}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(home), "JUPYTERLAB_WORKSPACES_DIR": str(home)}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ip=127.0.0.1", f"--port={lab.port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={lab.token}", "--LabApp.expose_app_in_browser=True"]
    return subprocess.Popen(
        command,
        cwd=lab.folder,
        env=os.environ | own | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def wait_for_lab(lab: Lab, server: subprocess.Popen, seconds: float = 60) -> None:
    """Return as soon as the server answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(lab.address("api/status"), timeout=10).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    log = (lab.folder.parent / "log").read_text()
    pytest.fail(f"JupyterLab does not answer; exit status {server.poll()}\n{log[-3000:]}")
