import hashlib
import os
import socket
import subprocess
import sys
import time

import pytest

from lsdl_helpers.data import DownloadError, fetch
from lsdl_helpers.data.download import Bar

BODY = bytes(range(256)) * 4000  # about a megabyte
SHA256 = hashlib.sha256(BODY).hexdigest()
PREFIX = SHA256[:8]
NAME = f"weights-{PREFIX}.pth"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path / "hub" / "checkpoints"


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def cut(body, at, *, reset=False):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:at])
        if reset:  # the client gets an error in place of the end of the file
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()

    return answer


def test_the_right_file_comes_once(pages, cache):
    pages[NAME] = BODY
    for _ in range(2):
        path = fetch(pages.address + NAME, PREFIX)
        assert path == cache / NAME
        assert path.read_bytes() == BODY
    assert pages.requests == [NAME]
    assert files(cache) == [NAME]


def assert_refused(pages, cache, message, sha256=PREFIX, **options):
    with pytest.raises(DownloadError, match=message) as caught:
        fetch(pages.address + NAME, sha256, **options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(pages.address + NAME)
    assert files(cache) == []


def test_a_truncated_file(pages, cache):
    pages[NAME] = cut(BODY, 70_000)
    assert_refused(pages, cache, "the connection was cut after 70,000 of 1,024,000 bytes")


def test_a_connection_that_breaks(pages, cache):
    pages[NAME] = cut(BODY, 70_000, reset=True)
    assert_refused(pages, cache, "reset|cut")


def test_a_wrong_hash(pages, cache):
    pages[NAME] = BODY[:-1] + b"x"
    assert_refused(pages, cache, f"the hash is [0-9a-f]{{8}}…, not {PREFIX}…")


def test_more_digits_are_checked_where_they_are_given(pages, cache):
    pages[NAME] = BODY
    wrong = SHA256[:-1] + ("0" if SHA256[-1] != "0" else "1")
    assert_refused(pages, cache, "the hash is", sha256=wrong)


def test_a_missing_file(pages, cache):
    assert_refused(pages, cache, "the server answered 404 Not Found")


@pytest.mark.parametrize(("begun", "message"), [(0, "no answer within"), (70_000, "is silent")])
def test_a_silent_server(pages, cache, begun, message):
    def silent(handler):
        if begun:
            cut(BODY, begun)(handler)
        pages.over.wait(5)  # a client without a time-out meets a cut connection then

    pages[NAME] = silent
    assert_refused(pages, cache, message, timeout_s=0.3)


def test_no_server(pages, cache):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(DownloadError, match="refused"):
        fetch(f"http://127.0.0.1:{port}/{NAME}", PREFIX)
    assert files(cache) == []


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "weights.pth"])
def test_other_schemes_are_refused(address):
    with pytest.raises(DownloadError, match="unknown url type"):
        fetch(address, PREFIX)


@pytest.mark.parametrize("damaged", [BODY[:-1] + b"x", BODY[:100], b""])
def test_a_damaged_file_in_the_cache_is_reported_and_fetched_again(pages, cache, damaged, capsys):
    pages[NAME] = BODY
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(damaged)
    assert fetch(pages.address + NAME, PREFIX).read_bytes() == BODY
    assert "damaged, its hash is not" in capsys.readouterr().err


def test_a_damaged_file_is_never_returned(pages, cache, capsys):
    cache.mkdir(parents=True)
    (cache / NAME).write_bytes(b"damaged")
    with pytest.raises(DownloadError, match=r"damaged.*fetching it again failed.*404"):
        fetch(pages.address + NAME, PREFIX)
    assert capsys.readouterr().err == "", "one line says it all: the error's"


def test_what_a_killed_process_left_is_overwritten(pages, cache):
    pages[NAME] = BODY
    cache.mkdir(parents=True)
    (cache / f"{NAME}.partial").write_bytes(BODY[:100])
    assert fetch(pages.address + NAME, PREFIX).read_bytes() == BODY
    assert files(cache) == [NAME]


def test_an_interrupt_leaves_nothing(pages, cache, monkeypatch):
    def interrupted(self, num_bytes):
        raise KeyboardInterrupt

    pages[NAME] = BODY
    monkeypatch.setattr("lsdl_helpers.data.download.Bar.advance", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(pages.address + NAME, PREFIX)
    assert files(cache) == []


@pytest.mark.slow
def test_of_two_processes_one_downloads(pages, cache):
    def slow(handler):
        time.sleep(1)  # the other process comes meanwhile
        cut(BODY, len(BODY))(handler)

    pages[NAME] = slow
    program = (
        "import torch, sys; from lsdl_helpers.data import fetch; print('ready', flush=True);"
        f"input(); print(len(fetch({pages.address + NAME!r}, {PREFIX!r}).read_bytes()))"
    )
    command = [sys.executable, "-c", program]
    pipes = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    two = [subprocess.Popen(command, text=True, env=dict(os.environ), **pipes) for _ in range(2)]
    for process in two:
        assert process.stdout.readline() == "ready\n"
    for process in two:
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in two]
    assert outputs == [f"{len(BODY)}\n"] * 2
    assert pages.requests == [NAME]


def test_a_folder_that_cannot_be_written(pages, cache):
    cache.parent.mkdir()
    cache.write_text("a file in its place")
    with pytest.raises(DownloadError, match=f"{NAME}: cannot be written"):
        fetch(pages.address + NAME, PREFIX)


@pytest.mark.parametrize("sha256", ["", "3979", "xyzxyzxy", SHA256 + "0"])
def test_what_is_no_hash(sha256):
    with pytest.raises(ValueError, match="must be 8 to 64 hexadecimal digits"):
        fetch("http://127.0.0.1/x", sha256)


def test_the_bar(pages, capsys):
    pages[NAME] = BODY
    fetch(pages.address + NAME, PREFIX, progress=True)
    assert capsys.readouterr().err.endswith(f"\r{NAME} [{'#' * 30}] 100% of 1 MB\n")
    bar = Bar("file", 8_000_000, True)
    for _ in range(4):
        bar.advance(1_000_000)
    assert capsys.readouterr().err.endswith(f"\rfile [{'#' * 15}{' ' * 15}]  50% of 8 MB")
    Bar("file", None, True).advance(3_000_000)
    assert capsys.readouterr().err == "\rfile 3 MB"


def test_no_bar_where_there_is_no_stderr(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    bar = Bar("file", 8, None)
    bar.advance(8)
    bar.close()


def test_no_bar_where_stderr_is_no_terminal(pages, capsys):
    pages[NAME] = BODY
    fetch(pages.address + NAME, PREFIX)
    assert capsys.readouterr().err == ""


def test_the_bar_ends_its_line_when_the_connection_is_cut(pages, capsys):
    pages[NAME] = cut(BODY, 600_000)
    with pytest.raises(DownloadError):
        fetch(pages.address + NAME, PREFIX, progress=True)
    assert capsys.readouterr().err.endswith("\n")
