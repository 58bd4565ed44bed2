"""The `>>>` examples of docstrings run as they stand, and give what stands below them.

An example knows torch, nn and what its own module defines; whatever else it uses it imports.
"""

import ast
import doctest
import importlib
from pathlib import Path

import pandas as pd
import pytest
import torch
from matplotlib import pyplot as plt

from lsdl_helpers.cpu.kernels import INSTALL

ROOT = Path(__file__).parent.parent
FOLDERS = ("lsdl_helpers", "book/_ext", "experiments", "tools")
FILES = sorted(path.relative_to(ROOT) for name in FOLDERS for path in (ROOT / name).rglob("*.py"))
SOURCES = [path for path in FILES if ">>> " in (ROOT / path).read_text(encoding="utf-8")]
# The examples marked `# doctest: +SKIP`, with what they need and the suite has not.
NOT_RUN = {
    "lsdl_helpers.arithmetic.use_reproducible_arithmetic": "a process without torch",
    "lsdl_helpers.data.download.fetch": "the network",
    "lsdl_helpers.data.web.open_address": "the network",
    "lsdl_helpers.gpu.device.fetch": "a GPU",
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


@pytest.fixture
def _leaves_nothing(tmp_path, monkeypatch):
    """What an example writes, sets or draws is gone after it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LSDL_HOME", str(tmp_path / "lsdl"))
    with plt.rc_context(), pd.option_context("display.expand_frame_repr", True):
        yield
    plt.close("all")


@pytest.mark.skipif(torch.accelerator.is_available(), reason="the outputs are those with no GPU")
@pytest.mark.usefixtures("_leaves_nothing")
@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_example_gives_what_stands_below_it(path):
    report = failures(path)
    if "NoCompiler: " in report:
        pytest.skip(f"no C compiler: {INSTALL}")
    if report:
        pytest.fail(report, pytrace=False)


def test_only_what_cannot_run_here_is_marked_to_be_left_out():
    tests = [test for path in SOURCES for test in written(path, {})]
    left_out = {t.name for t in tests if any(doctest.SKIP in e.options for e in t.examples)}
    assert left_out == set(NOT_RUN)


PLANTED = '''
import functools
from math import pi

class Circle:
    @functools.cached_property
    def area(self):
        """
        >>> Circle().area
        2
        """
        return 3

def area():
    """
    >>> round(pi)
    3
    """
'''


def test_a_wrong_output_and_a_hidden_name_are_said_with_their_lines(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "circle.py"
    path.write_text(PLANTED)
    report = failures(path)
    assert 'circle.py", line 9, in circle.area\n' in report
    assert "Expected:\n    2\nGot:\n    3\n" in report
    assert 'circle.py", line 16, in circle.area\n' in report
    assert "NameError: name 'pi' is not defined" in report


def failures(path):
    """Run the examples of a file and return what doctest says of those that fail."""
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in written(path, {"torch": torch, "nn": torch.nn, **own_names(path)}):
        runner.run(test, out=report.append)
    return "".join(report)


def written(path, names):
    """Yield the examples of each docstring; doctest's own finder overlooks some of them."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node, clean=False)):
            name = f"{module_name(path)}.{getattr(node, 'name', '')}"
            line = node.body[0].lineno - 1
            yield doctest.DocTestParser().get_doctest(text, names, name, str(path), line)


def own_names(path):
    """Return what a module defines, without what it imports, which its reader does not see."""
    imports = [node for node in parsed(path).body if isinstance(node, ast.Import | ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    names = vars(importlib.import_module(module_name(path)))
    return {name: value for name, value in names.items() if name not in imported}


def parsed(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def module_name(path):
    """Return the name by which a file is imported; PLANTED lies outside the repository."""
    return path.stem if path.is_absolute() else ".".join(path.with_suffix("").parts)
