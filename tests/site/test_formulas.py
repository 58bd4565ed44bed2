"""The server that sets formulas: slow to listen, or not coming up at all."""

import os
import sys

import pytest
from sphinxcontrib import katex

from book._ext import formulas

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no Unix sockets, another way is used")

SLOW_TO_LISTEN = """import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[2])
time.sleep(0.3)
server.listen()
time.sleep(10)
"""


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Put a Python script in the place of KaTeX's server."""

    def replace(script: str) -> None:
        (tmp_path / "server.py").write_text(script)
        monkeypatch.setattr(katex, "NODEJS_BINARY", sys.executable)
        monkeypatch.setattr(katex, "SCRIPT_PATH", str(tmp_path / "server.py"))

    return replace


def test_connects_once_the_server_listens(server, tmp_path):
    server(SLOW_TO_LISTEN)
    process, client = formulas.start_server(tmp_path, timeout=20)
    client.close()
    process.kill()
    process.communicate()


def test_server_that_ends_at_once_is_an_error(server, tmp_path):
    server("raise SystemExit(1)")
    with pytest.raises(katex.KaTeXError, match="did not came up"):
        formulas.start_server(tmp_path, timeout=20)
