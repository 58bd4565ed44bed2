"""What may import what (the arrows point down), and what an import may not do."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "lsdl_helpers"
GROUND = {"data", "numerics", "ledger", "launch", "plots", "widgets", "arithmetic"}
NETWORKS = {"training", "models"}
CLOCK = {"measure", "pretrained"}
PARTS = {"large", "cpu", "gpu", "parallel", "compression", "dynamic", "hardware"}  # of the book
ALLOWED = {  # besides itself
    **dict.fromkeys(GROUND | {"__init__"}, frozenset()),
    **dict.fromkeys(NETWORKS, GROUND),
    **dict.fromkeys(CLOCK, GROUND | NETWORKS),
    **dict.fromkeys(PARTS, GROUND | NETWORKS | CLOCK),
    **dict.fromkeys({"labs", "commands"}, GROUND | NETWORKS | CLOCK | PARTS),
    "notebook": GROUND | CLOCK,
    "__main__": {"commands"},
}
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def module(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_downward_only(path):
    names = list(imported(path))
    used = {name.split(".")[1] for name in names if name.startswith("lsdl_helpers.")}
    above = used - ALLOWED[room(path)] - {room(path)}
    assert not above, f"{path.name} may not import {above}"
    roots = {name.split(".")[0] for name in names}
    assert not roots & {"book", "tests"}
    assert room(path) == "widgets" or "IPython" not in roots


def test_no_module_imports_itself_by_a_detour():
    """Raise a CycleError, which names the modules of the circle."""
    modules = {module(path): path for path in FILES}
    TopologicalSorter({
        name: {used if used in modules else used.rpartition(".")[0] for used in imported(path)}
        for name, path in modules.items()
    }).prepare()  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_holds_one_idea(path):
    assert len(path.read_text().splitlines()) <= 300
    assert path.stem not in {"utils", "common", "helpers"}


@pytest.mark.parametrize(("name", "without"), [
    ("lsdl_helpers", {"torch", "pandas", "matplotlib"}),
    ("lsdl_helpers.ledger", {"torch", "pandas", "filelock"}),
    ("lsdl_helpers.measure.timing", {"pandas", "filelock", "lsdl_helpers.ledger.ledger"}),
])  # fmt: skip
def test_an_import_loads_nothing_that_it_does_not_need(name, without):
    program = f"import sys, {name}; print(*{without} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.stdout.split(), result.returncode) == ([], 0)


def test_every_part_of_the_package_comes_when_first_used():
    import lsdl_helpers

    parts = {room(path) for path in FILES} - {"__init__", "__main__"}
    assert set(lsdl_helpers.__all__) == parts | {"setup"}
    for name in parts:
        assert getattr(lsdl_helpers, name) is sys.modules[f"lsdl_helpers.{name}"]
    assert callable(lsdl_helpers.setup)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = lsdl_helpers.nonsense
