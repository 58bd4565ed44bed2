"""What the jobs on Windows and macOS import can be imported there; they are not run here."""

import ast
import re

import pytest

from tools.notebook_form import ROOT

# By the documentation of Python 3.11: "Availability: Unix", or not in the list of Windows.
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
SIGNALS = {"SIGABRT", "SIGBREAK", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM"}
OF_OS = re.compile(
    "chown|chroot|fork(pty)?|get(e?uid|e?gid|groups|pgid|pgrp|priority|sid)|killpg|mkfifo|nice|"
    "openpty|pread|pwrite|register_at_fork|sched_.*|set(e?uid|e?gid|pgid|priority|sid)|sysconf|"
    "uname|wait|wait3|wait4|waitid|EX_.*|SCHED_.*|W[A-Z]+"
)
JOB = [
    *ROOT.glob("lsdl_helpers/**/*.py"),
    *[path for name in ("launch", "parallel") for path in ROOT.glob(f"tests/{name}/**/*.py")],
    *[ROOT / "conftest.py", ROOT / "tests" / "conftest.py"],
    # loaded by conftest.py, and what they import
    *[ROOT / "tests" / "book" / f"{name}.py" for name in ("drift", "page", "pictures")],
    ROOT / "tools" / "notebook_form.py",
]


def run_at_import(node):
    """Yield the nodes that an import evaluates: the bodies of functions are left out."""
    yield node
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        children = [*node.decorator_list, node.args]
    elif isinstance(node, ast.Lambda):
        children = [node.args]
    else:
        children = ast.iter_child_nodes(node)
    for child in children:
        yield from run_at_import(child)


def missing_on_windows(source):
    for node in run_at_import(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from MODULES.intersection(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from MODULES.intersection([node.module])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module, name = node.value.id, node.attr
            is_signal = module == "signal" and name.startswith("SIG")
            if (is_signal and name not in SIGNALS) or (module == "os" and OF_OS.fullmatch(name)):
                yield f"{module}.{name}"


def test_the_jobs_import_nothing_that_windows_lacks():
    missing = {
        path.relative_to(ROOT).as_posix(): [*missing_on_windows(path.read_text(encoding="utf-8"))]
        for path in JOB
    }
    assert {file: names for file, names in missing.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os, fcntl", ["fcntl"]),
        ("def kill(number=signal.SIGKILL): pass", ["signal.SIGKILL"]),
        ("@parametrize(os.fork)\ndef test(): pass", ["os.fork"]),
        ("class Process:\n    pid = os.getpgid(0)", ["os.getpgid"]),
        ("def kill():\n    import resource\n    os.killpg(0, signal.SIGKILL)", []),
        ("number = signal.SIGTERM, os.getpid()", []),
    ],
)
def test_what_is_found_missing(source, expected):
    assert [*missing_on_windows(source)] == expected
