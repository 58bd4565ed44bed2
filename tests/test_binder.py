"""Binder builds what CI tests: a Python of the matrix, this clone, no CUDA."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
BINDER = ROOT / ".binder"


def test_the_python_is_one_that_ci_tests():
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    tested = ci["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert (BINDER / "runtime.txt").read_text().strip() in {f"python-{one}" for one in tested}


def test_the_package_is_that_of_the_clone_and_torch_the_cpu_build():
    requirements = (BINDER / "requirements.txt").read_text()
    assert "\n--extra-index-url https://download.pytorch.org/whl/cpu\n" in requirements
    extra = re.search(r"^-e \.\[(\w+)\]$", requirements, re.MULTILINE)[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert extra in project["optional-dependencies"]
