"""The first cell of every notebook, in a process of its own as in a fresh kernel."""

import os
import re
import subprocess
import sys


def run(program, **environment):
    kept = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, env=kept | environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.splitlines()


def test_one_line_about_the_machine():
    lines = run("import lsdl_helpers as lsdl; print(lsdl.setup('models/vgg').chapter)")
    pattern = r"Python 3\.\d+\.\d+ · torch \S+ · \w+, \d+ cores · skipped: .+"
    assert re.fullmatch(pattern, lines[0])
    assert lines[1:] == ["models/vgg"]


def test_openmp_is_told_before_torch_is_loaded():
    program = (
        "import sys, os, lsdl_helpers as lsdl; assert 'torch' not in sys.modules;"
        "lsdl.setup('models/vgg'); print(os.environ['OMP_WAIT_POLICY'])"
    )
    assert run(program)[-1] == "PASSIVE"
    assert run(program, OMP_WAIT_POLICY="ACTIVE")[-1] == "ACTIVE", "the reader's choice stands"


def test_torch_loaded_too_early_is_said():
    lines = run("import torch, lsdl_helpers as lsdl; lsdl.setup('models/vgg')")
    assert "restart the kernel" in lines[1]
