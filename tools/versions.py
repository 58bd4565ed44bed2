"""Run the quick part of the tests and all notebooks at other versions of what they import.

    .venv/bin/pip install uv
    .venv/bin/python -m tools.versions                  # every environment, and one table
    .venv/bin/python -m tools.versions lowest colab-2026.01

An environment with the CUDA build of torch takes 7 GB; UV_TORCH_BACKEND=cpu takes the small
build, from PyTorch's own index. uv looks for the Python that an environment states, and fetches
it where it can; ``--python`` takes another one.
"""

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The Python, and what uv is told to install. ``lowest-direct``: each lower bound of pyproject.toml.
ENVIRONMENTS = {
    "lowest": ("3.11", ["-e", ".[book,test,lab]", "--resolution=lowest-direct"]),
    "colab-2026.01": ("3.12", ["-e", ".[book,test]", "-r", "tools/colab-2026.01.txt"]),
    "colab-2026.06": ("3.12", ["-e", ".[book,test]", "-r", "tools/colab-2026.06.txt"]),
    "newest": ("3.13", ["-e", ".[book,test,lab]"]),
}
PARTS = {
    "tests": ["tests", "-m", "not slow and not network"],
    "notebooks": ["book", "--nbval"],
}
SHOWN = ["torch", "numpy", "pandas", "matplotlib", "ipython"]


def main(arguments: list[str] | None = None) -> int:
    """Build, run and report; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="|".join(ENVIRONMENTS))
    parser.add_argument("--folder", type=Path, default=ROOT / "_build" / "versions")
    parser.add_argument("--python", help="in place of the version that the environment states")
    parser.add_argument("--build", action="store_true", help="install, and run nothing")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(ENVIRONMENTS):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(ENVIRONMENTS)}")
    rows, failed = [], False
    for name in given.names or ENVIRONMENTS:
        folder = given.folder.resolve() / name
        build(name, folder, given.python)
        if not given.build:
            results = {part: run(part, folder) for part in PARTS}
            failed |= any(wrong or not passed for passed, wrong, _, _ in results.values())
            rows.append([name, *versions(folder), *map(written, results.values())])
    if rows:
        print(table(["environment", "Python", *SHOWN, *PARTS], rows))
    return int(failed)


def build(name: str, folder: Path, python: str | None) -> None:
    """Make the virtual environment anew; what uv has downloaded once, it links."""
    stated, packages = ENVIRONMENTS[name]
    uv = [sys.executable, "-m", "uv"]
    venv = ["venv", "--quiet", "--clear", f"--python={python or stated}", folder]
    subprocess.run([*uv, *venv], check=True)
    install = ["pip", "install", "--quiet", f"--python={interpreter(folder)}"]
    subprocess.run([*uv, *install, *packages], check=True, cwd=ROOT)


def run(part: str, folder: Path) -> tuple[int, int, int, float]:
    """Return how many passed, failed and were skipped, and the seconds that they took."""
    report, log = folder / f"{part}.xml", folder / f"{part}.log"
    report.unlink(missing_ok=True)
    spread = ["-n2", "--dist=loadfile", "--no-loadscope-reorder"]
    command = [interpreter(folder), "-m", "pytest", "-q", *spread, f"--junit-xml={report}"]
    command += PARTS[part]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    print(f"{folder.name}: {part}, see {log}", file=sys.stderr)
    start = time.perf_counter()
    with log.open("w") as output:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    seconds = time.perf_counter() - start
    if not report.exists():  # pytest itself failed
        return 0, 1, 0, seconds
    suite = ElementTree.parse(report).find("testsuite")
    wrong = int(suite.get("failures")) + int(suite.get("errors"))
    skipped = int(suite.get("skipped"))
    passed = int(suite.get("tests")) - wrong - skipped
    return passed, wrong, skipped, seconds


def written(result: tuple[int, int, int, float]) -> str:
    passed, wrong, skipped, seconds = result
    return f"{passed} passed, {wrong} failed, {skipped} skipped, {seconds:.0f} s"


def versions(folder: Path) -> list[str]:
    """Return the version of Python, and of the packages that the table shows."""
    program = f"""if True:
        import platform
        from importlib.metadata import version
        print(platform.python_version(), *map(version, {SHOWN}))"""
    command = [interpreter(folder), "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return rows as a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
