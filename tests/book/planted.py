"""Run pytest as `make test` does, on planted files."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.notebook_form import ROOT


def run_pytest(*arguments: str | Path, ci: str = "") -> str:
    """Run pytest with this repository's settings and root conftest; return what it prints."""
    options = ("-c", ROOT / "pyproject.toml", "-p", "conftest", "-p", "no:cacheprovider")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-q", "-rA", "--color=no", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
    )
    return finished.stdout + finished.stderr


def run_notebook(path: Path) -> list[str]:
    """Run one notebook under nbval and drift; return what became of each code cell."""
    return outcomes_in(run_pytest("--nbval", path))


def outcomes_in(printed: str) -> list[str]:
    """Return what became of each code cell of a notebook, from what pytest printed."""
    outcomes = re.findall(r"^(PASSED|FAILED|ERROR) \S*::Cell (\d+)", printed, re.MULTILINE)
    assert outcomes, printed
    reasons = dict(re.findall(r"Cell (\d+): (Cell .*|Unrun .*)", printed))
    return [
        "passed" if outcome == "PASSED" else reasons.get(k, outcome)
        for outcome, k in sorted(outcomes, key=lambda pair: int(pair[1]))
    ]
