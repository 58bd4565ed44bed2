"""Run pages with reproducible arithmetic on an emulated older processor, and compare strictly.

    python -m tools.emulate                              all of them
    python -m tools.emulate book/models/resnet.ipynb     these

It needs QEMU's emulator of a process, 10.0 or later (`apt-get install qemu-user`, in Debian 12 from
its backports; 7.2 crashes in torch's grid_sample), and some sixty times the time of the real
processor.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from tools.notebook_form import ROOT, computes_reproducibly, notebooks_in_order


def write_kernel(folder: Path, emulator: str, cpu: str) -> None:
    """Describe to Jupyter a kernel named "emulated" that runs on `cpu`."""
    python = [emulator, "-cpu", cpu, sys.executable]
    arguments = [*python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    specification = {"argv": arguments, "display_name": cpu, "language": "python"}
    kernel = folder / "kernels" / "emulated" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text(json.dumps(specification))


def compare(paths: list[Path], emulator: str, cpu: str) -> int:
    """Compare stored outputs with those of the emulated processor; return pytest's status."""
    with tempfile.TemporaryDirectory() as folder:
        write_kernel(Path(folder), emulator, cpu)
        limits = ["--nbval-cell-timeout=7200", "--nbval-kernel-startup-timeout=600"]
        command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-kernel-name=emulated"]
        environment = os.environ | {"JUPYTER_PATH": folder}
        return subprocess.run(
            [*command, *limits, *paths], cwd=ROOT, env=environment, check=False
        ).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all such pages")
    parser.add_argument("--cpu", default="Haswell-v4", help="of `qemu-x86_64 -cpu help`")
    options = parser.parse_args()
    emulator = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
    if emulator is None:
        parser.error("no qemu-x86_64; to get it: apt-get install qemu-user")
    asked = [path.resolve() for path in options.notebooks] or notebooks_in_order()
    paths = [path for path in asked if computes_reproducibly(nbformat.read(path, 4))]
    for path in set(asked) - set(paths) if options.notebooks else ():
        parser.error(f"{path.name} has not reproducible arithmetic; nothing can be compared")
    return compare(paths, emulator, options.cpu)


if __name__ == "__main__":
    sys.exit(main())
