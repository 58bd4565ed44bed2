"""What an experiment finds with reproducible arithmetic, which a process chooses at its start."""

import json
import subprocess
import sys

import pytest

from tools.notebook_form import ROOT

PROGRAM = """
from lsdl_helpers.arithmetic import use_reproducible_arithmetic
use_reproducible_arithmetic()
import json
from experiments import {module}
print(json.dumps({expression}))
"""


@pytest.fixture
def reproducibly():
    """Return a function of a module and an expression in its terms, which gives the value."""

    def value(module, expression):
        program = PROGRAM.format(module=module, expression=expression)
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT,
                              capture_output=True, text=True)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return value
