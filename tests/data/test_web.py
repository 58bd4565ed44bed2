import pytest

from lsdl_helpers.data import DownloadError, web
from lsdl_helpers.data.web import open_address


def read(address, **limits):
    with open_address(address, **limits) as response:
        return b"".join(response)


def refused(address, message, **limits):
    with pytest.raises(DownloadError, match=message) as caught:
        read(address, **limits)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("é.png", "%C3%A9.png"),
        ("猫 b.png", "%E7%8C%AB%20b.png"),
        ("%C3%A9.png", "%C3%A9.png"),
        ("x?q=é&r=a b#é", "x?q=%C3%A9&r=a%20b"),
        ("caf\udce9.png", "caf%E9.png"),  # of a shell whose letters are not UTF-8
    ],
)
def test_letters_are_sent_as_a_browser_sends_them(pages, typed, sent):
    pages[sent] = b"here"
    assert read(pages.address + typed) == b"here"


def test_letters_of_a_host():
    assert (
        web._encode_address("http://Bücher.example:80/é")
        == "http://xn--bcher-kva.example:80/%C3%A9"
    )
    assert web._encode_address("http://[::1]:80/x") == "http://[::1]:80/x"


@pytest.mark.parametrize("wrong", ["é..de/", f"{'é' * 64}.de/", "[::1/", "h/\ud800", "é\udce9.de"])
def test_what_cannot_be_encoded(wrong):
    refused(f"http://{wrong}", "cannot be encoded as an address")


def drip(pages, first, rest, sent):
    """Answer with some bytes at once, then a byte at a time, which is never silent for long."""

    def answer(handler):
        handler.wfile.write(first)
        for byte in rest:
            handler.wfile.write(bytes([byte]))
            sent.append(byte)
            if pages.over.wait(0.05):
                return

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "a header": (OK + b"X: ", b"y" * 100),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4),
    "the size of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n1", b";" * 100),
    "a body": (OK + b"\r\n", b"x" * 100),
}


@pytest.mark.parametrize("name", DRIPS)
def test_whatever_drips_is_limited_as_a_whole(pages, name):
    sent = []
    pages["x"] = drip(pages, *DRIPS[name], sent)
    refused(pages.address + "x", r"(no answer|not complete) within 0\.4 s", limit_s=0.4)
    assert len(sent) < 50, "it did not wait for the rest"


def test_headers_are_limited_where_the_body_is_not(pages):
    sent = []
    pages["x"] = drip(pages, *DRIPS["a header"], sent)
    refused(pages.address + "x", r"no answer within 0\.4 s", timeout_s=0.4)
    assert len(sent) < 50, "it did not wait for the rest"


def redirect(target, wait=lambda: None):
    def answer(handler):
        wait()
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


def test_redirects_are_limited_together(pages):
    for k in range(6):
        pages[f"{k}"] = redirect(f"/{k + 1}", lambda: pages.over.wait(0.2))
    refused(pages.address + "0", r"no answer within 0\.5 s", timeout_s=0.5)
    assert "5" not in pages.requests


def test_redirects_in_a_circle_are_told_in_one_line(pages):
    pages["x"] = redirect("/x")
    refused(pages.address + "x", "infinite loop")


@pytest.mark.parametrize("digits", [19, 400, 5000])
def test_a_length_that_no_file_has(pages, digits):
    pages["x"] = lambda handler: handler.wfile.write(
        OK + b"Content-Length: " + b"9" * digits + b"\r\n\r\nx"
    )
    refused(pages.address + "x", f"states a length of {digits:,} digits")


@pytest.mark.parametrize("length", ["-1", "one", "", "1, 1"])
def test_a_length_that_is_no_number_is_ignored(pages, length):
    pages["x"] = lambda handler: handler.wfile.write(
        OK + f"Content-Length: {length}\r\n\r\nhere".encode()
    )
    assert read(pages.address + "x") == b"here"


@pytest.mark.parametrize(("address", "message"), [
    ("http://me:secret@host/x", "^http://host.*user or a password are not read"),
    ("https://me:secret@host:80/x", "^https://host.*user or a password are not read"),
    ("http://me:secret@℀.de/", "cannot be encoded"),
    ("ftp://me:secret@host/x", "unknown url type"),
])  # fmt: skip
def test_a_password_is_neither_sent_nor_printed(address, message):
    assert "secret" not in refused(address, message)


@pytest.mark.parametrize("target", ["http://me:secret@host/", "ftp://me:secret@host/"])
def test_a_password_of_a_redirect_is_not_printed(pages, target):
    pages["x"] = redirect(target)
    assert "secret" not in refused(pages.address + "x", "are not read|not allowed|url type")


@pytest.mark.parametrize("scheme", ["file", "ftp", "data"])
def test_no_redirect_to_another_scheme(tmp_path, pages, scheme):
    (tmp_path / "secret").write_text("secret")
    pages["x"] = redirect(f"{scheme}://{tmp_path}/secret")
    refused(pages.address + "x", r"not allowed|unknown url type")
