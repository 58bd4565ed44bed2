"""For the tests of the package: one thread of torch, and a web server on this machine."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """On inputs as small as those of tests a second thread only waits, and is waited for."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def _no_proxy():
    """A proxy that the machine may need for other addresses does not know this server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        yield


class Pages(dict):
    """What the server answers, by path: a body, or a function of the request's handler."""

    def __init__(self):
        super().__init__()
        self.requests = []
        self.address = ""
        self.over = threading.Event()  # set at the end, so that no answer waits any longer


@pytest.fixture
def pages():
    """Fill it as a dictionary; ``pages.address`` is where it is served."""
    served = Pages()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.removeprefix("/")
            served.requests.append(path)
            answer = served.get(path)
            if callable(answer):
                answer(self)
            elif answer is None:
                self.send_error(404)
            else:
                send(self, answer)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *args: None  # a client that hangs up is part of the tests
    served.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield served
    served.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def send(handler, body, *, length=None):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)
