"""Run pytest as `make test` does, on planted files."""

import os
import re
import subprocess
import sys
from pathlib import Path

from notebook_form import ROOT

SANITIZER = ROOT / "tests" / "book" / "sanitize.cfg"


def run_pytest(*arguments: str | Path, ci: str = "") -> str:
    """Run pytest with this repository's settings and root conftest; return what it prints."""
    places = (ROOT, ROOT / "tools", ROOT / "tests" / "book")
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "-rA", "-q"]
    finished = subprocess.run(
        [*command, "-p", "conftest", "-p", "no:cacheprovider", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, places)), "CI": ci},
        capture_output=True,
        text=True,
    )
    return finished.stdout + finished.stderr


def run_notebook(path: Path) -> dict[int, str]:
    """Run one notebook under nbval and drift; return what became of each code cell, from 0."""
    said = run_pytest("--nbval", "--nbval-sanitize-with", SANITIZER, path)
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) \S+::Cell (\d+)", said, re.MULTILINE)
    assert outcomes, said
    reasons = dict(re.findall(r"Cell (\d+): (Cell .*)", said))
    return {
        int(k): "passed" if outcome == "PASSED" else reasons.get(k, outcome)
        for outcome, k in outcomes
    }
