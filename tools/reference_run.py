"""The machine of a run: what it is, whether it is quiet, the calibration that its pages read.

The reference machine is the one that the last run of all pages was on. Its calibration is
lsdl_helpers/measure/reference.json; its pages are compared with one another.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tools.notebook_form import ROOT

REFERENCE = ROOT / "lsdl_helpers" / "measure" / "reference.json"
MOST_LOAD = 0.25  # processes a core that want to run, the average of a minute
MOST_SPREAD = 0.05  # interquartile range over median; 0.01 to 0.02 on a quiet machine


class Here(NamedTuple):
    """This machine, and the versions that its pages are stored with."""

    processor: str  # as the set-up line of a page names it
    versions: dict[str, str]
    file_name: str  # of a calibration of this machine
    described: dict[str, str]


class Calibration(NamedTuple):
    """What the pages of a run know of the machine.

    Attributes:
        file_name: of the file that they read.
        parts: its content, by device and "parallel".
        is_reference: whether it is that of the reference machine.
    """

    file_name: str
    parts: dict[str, Any]
    is_reference: bool

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """What lies in the folder of each page."""
        return {self.file_name: self.parts}


class BusyMachineError(Exception):
    """The machine does other work; the message says what was seen and what is allowed."""


def here() -> Here:
    """Describe this machine; torch is loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import numpy
    import torch

    from lsdl_helpers.measure.machine import machine, processor_name

    found = machine()
    return Here(
        processor=processor_name(found.describe()),
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": numpy.__version__,
        },
        file_name=f"machine-{found.key}.json",
        described=found.describe(),
    )


def is_like(described: dict[str, str], limits: dict[str, Any]) -> bool:
    """Tell whether a machine has the processor and the instruction sets of measured limits."""
    known = limits.get("machine", {})
    return all(described.get(k) == known.get(k) for k in ("processor", "instruction_sets"))


def read_reference(path: Path = REFERENCE) -> dict[str, Any]:
    """Return the limits of the reference machine; empty if there are none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def write_reference(calibration: Calibration, path: Path = REFERENCE) -> None:
    """Make a calibration the one of the reference machine."""
    limits = calibration.parts["cpu"] | {"parallel": calibration.parts.get("parallel")}
    path.write_text(json.dumps(limits, indent=1) + "\n", encoding="utf-8")


def reference_calibration(machine: Here, limits: dict[str, Any]) -> Calibration:
    """Return the limits of the reference machine as a calibration that this one finds."""
    parts = {"cpu": limits | {"parallel": None}, "parallel": limits.get("parallel")}
    kept = {name: part for name, part in parts.items() if part}
    return Calibration(machine.file_name, kept, is_reference=True)


def calibrate(machine: Here, *, is_reference: bool) -> Calibration:
    """Measure the limits of this machine, as a reader would, in a folder of this run.

    Raises:
        OSError: with what the command said, if it failed.
    """
    print("calibrating this machine, which takes half a minute", flush=True)
    command = [sys.executable, "-m", "lsdl_helpers", "calibrate", "--cpu"]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"LSDL_HOME": home},
            capture_output=True,
            text=True,
        )
        file = Path(home, machine.file_name)
        if done.returncode or not file.exists():
            raise OSError(f"the calibration failed: {done.stderr or done.stdout}")
        parts = json.loads(file.read_text(encoding="utf-8"))
    return Calibration(machine.file_name, parts, is_reference)


def require_quiet() -> None:
    """Raise BusyMachineError if other programs run, or a matrix product takes unsteady times."""
    if seen := watch():
        raise BusyMachineError(
            f"the machine is busy: {'; '.join(seen)}. Wait until it is quiet: its figures become "
            "those of the reference machine. The option --busy goes on all the same."
        )


def watch() -> list[str]:
    """Time a matrix product for two seconds; say what shows that the machine is busy."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    from lsdl_helpers.measure.machine import usable_cores
    from lsdl_helpers.measure.timing import benchmark

    load = psutil.getloadavg()[0] / psutil.cpu_count()
    a, b = torch.rand(2, 1024, 1024)
    out = torch.empty_like(a)
    timing = benchmark(
        lambda: torch.mm(a, b, out=out), threads=usable_cores().value, seconds=2, device="cpu"
    )
    return disturbances(load, timing)


def disturbances(load: float, timing: Any) -> list[str]:
    """Say what shows that a machine is busy: its load a core, or the times of a benchmark."""
    from lsdl_helpers.measure.timing import UNDISTURBED

    spread = timing.spread / timing.median
    seen = []
    if load > MOST_LOAD:
        seen.append(f"a load of {load:.2f} a core in the last minute (allowed: {MOST_LOAD})")
    if timing.disturbed:
        seen.append(
            f"a matrix product ran {timing.share:.0%} of the time (allowed: from {UNDISTURBED:.0%})"
        )
    if spread > MOST_SPREAD:
        seen.append(f"its times spread by {spread:.0%} (allowed: {MOST_SPREAD:.0%})")
    return seen
