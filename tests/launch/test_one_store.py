"""Where a store is opened, anywhere in the repository."""

import ast

import pytest

from tests.book import page
from tools.notebook_form import ROOT


def test_only_local_store_opens_a_store():
    """Any other one may listen to the network."""
    rooms = ("lsdl_helpers", "book", "examples", "experiments", "benchmarks", "tools")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    sources = {path.name: path.read_text() for path in files}
    for path in page.book_notebooks():
        sources[path.name] = "\n".join(cell.source for _, cell in page.read(path).code)
    opening = [name for name, source in sources.items() if opens_a_store(page.tree(source))]
    assert opening == ["launcher.py"]


def opens_a_store(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("TCPStore"):
            master = [k.value for k in node.keywords if k.arg == "is_master"]
            if len(node.args) > 3 or any(ast.unparse(value) != "False" for value in master):
                return True
    return False


@pytest.mark.parametrize(("source", "opens"), [
    ('dist.TCPStore("127.0.0.1", 0, None, True)', True),
    ('TCPStore("", 0, is_master=rank == 0)', True),
    ('dist.TCPStore("127.0.0.1", port, use_libuv=False)', False),
])  # fmt: skip
def test_what_opens_a_store(source, opens):
    assert opens_a_store(ast.parse(source)) == opens
