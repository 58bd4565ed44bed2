"""The cluster example in several layouts, and interrupted: the same weights, bit by bit."""

import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.examples.interrupted import EXAMPLE
from tests.examples.slurm_daemons import INSTALL, Slurm, missing_program, running, until
from tools.localhost import free_ports

pytestmark = pytest.mark.slow

ROOT = EXAMPLE.parents[2]
INTERRUPTED = Path(__file__).parent / "interrupted.py"
STEPS, EVERY = 60, 7
BIN = Path(sys.executable).parent
# the order of a sum depends on the number of threads, too
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo", "PET_LOCAL_ADDR": "127.0.0.1",
    "MASTER_ADDR": "127.0.0.1",
}  # fmt: skip


def arguments(folder):
    return [f"--steps={STEPS}", f"--every={EVERY}", f"--folder={folder / 'checkpoints'}"]


def start(*command, **environment):
    return subprocess.Popen(
        list(map(str, command)), env=os.environ | ENVIRONMENT | environment, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def output(process):
    """Wait for a process and return what it printed; end torchrun with all its ranks."""
    try:
        out, err = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        process.terminate()
        raise
    assert process.returncode == 0, out + err
    return out


def torchrun(*options, program=EXAMPLE, folder, **environment):
    return start(BIN / "torchrun", *options, program, *arguments(folder), **environment)


def weights(text):
    """Return what is printed at the end of a training, which all trainings agree on."""
    (digest,) = set(re.findall("^weights ([0-9a-f]{64})$", text, re.MULTILINE))
    return digest


def resumed(text):
    """The steps at which the program started."""
    steps = re.findall("^\\d ranks, gloo .*; step (\\d+)$", text, re.MULTILINE)
    return [int(step) for step in steps]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The weights of two ranks, each under its own torchrun, without interruption."""
    folder, endpoint = tmp_path_factory.mktemp("plain"), f"127.0.0.1:{free_ports(1)[0]}"
    options = ["--nnodes=2", "--rdzv-backend=c10d", f"--rdzv-endpoint={endpoint}", "--rdzv-id=1"]
    text = "".join(map(output, [torchrun(*options, folder=folder) for _ in range(2)]))
    assert resumed(text) == [0]
    return weights(text)


def test_killed_ranks_change_nothing(tmp_path, expected):
    """Twice, at random: a rank between steps, and rank 0 in writing a checkpoint.

    With three ranks, the order of a sum shows. Nor do they go on with other settings, or with
    more examples than there are.
    """
    program = tmp_path / "program.py"
    program.write_text(f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from tests.examples.interrupted import interrupt_as_planned, load_example
example, folder = load_example(), Path(sys.argv[-1].removeprefix("--folder="))
settings = dict(steps={STEPS}, every={EVERY}, seed=0)
with example.join("gloo") as context:
    example.train(context, batch=8, folder=folder / "whole", **settings)
    interrupt_as_planned(example)
    example.train(context, batch=8, folder=folder / "parts", **settings)
    for batch in (9, 501):
        try:
            example.train(context, batch=batch, folder=folder / "parts", **settings)
        except ValueError as error:
            print(error)
""")
    between, writing = (random.randrange(3), "kill"), (0, "writing")
    (one, how), (other, later) = random.sample([between, writing], 2)
    first, second = sorted(random.sample(range(STEPS - EVERY), 2))
    plan = [(one, first, how), (other, second, later)]
    print("rank, step, how:", *plan)
    text = output(torchrun(
        "--standalone", "--nproc-per-node=3", "--max-restarts=2",
        program=program, folder=tmp_path, INTERRUPT=json.dumps(plan),
    ))  # fmt: skip
    starts = resumed(text)
    assert starts[::2] == [0, STEPS, STEPS]
    assert starts[1::2] == sorted(starts[1::2])
    assert len(starts) == 6
    assert weights(text) != expected
    assert text.count("'batch': 8, 'seed': 0}, not of {'ranks': 3, 'batch': 9, 'seed': 0}") == 3
    assert text.count("--batch is 501; 3 ranks share 1500 examples") == 3


@pytest.fixture(scope="module")
def slurm():
    if missing := missing_program():
        pytest.skip(f"there is no {missing}; {INSTALL}")
    # not in pytest's own folder: the path of a socket has at most 107 characters
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, running(Path(folder)) as slurm:
        slurm.environment |= ENVIRONMENT | {"PATH": f"{BIN}:{slurm.environment['PATH']}"}
        yield slurm
    assert not Path(folder).exists()


def ended(slurm, job, out):
    """Wait for a job, and return what it printed. (``sbatch --wait`` asks every 30 s.)"""
    going = ("PENDING", "RUNNING", "COMPLETING")
    until(lambda: slurm.job(job, "JobState") not in going, "an end")
    assert slurm.job(job, "JobState") == "COMPLETED", out.read_text()
    return out.read_text()


def test_slurm_requeues_the_job_and_it_goes_on(slurm: Slurm, tmp_path, expected):
    """The copy of the repository that it runs in has the example waiting once, in the middle."""
    folder = tmp_path / "examples" / "cluster"
    folder.mkdir(parents=True)
    (folder / "train.py").symlink_to(INTERRUPTED)
    job = slurm(
        "sbatch", "--parsable", f"--chdir={tmp_path}", "--output=out",
        EXAMPLE.with_suffix(".slurm"), *arguments(tmp_path), MASTER_PORT=str(free_ports(1)[0]),
        INTERRUPT=json.dumps([(1, STEPS // 2, "wait")]),
    )  # fmt: skip

    def running():
        assert slurm.job(job, "JobState") != "FAILED", (tmp_path / "out").read_text()
        return any(tmp_path.glob("checkpoints/*-00000028-*.pt"))

    until(running, "step 28")
    slurm("scontrol", "requeue", job)
    until(lambda: slurm.job(job, "JobState") == "PENDING", "a job in the queue")
    slurm("scontrol", "update", f"JobId={job}", "StartTime=now")  # not in two minutes
    text = ended(slurm, job, tmp_path / "out")
    assert resumed(text) == [0, 28]
    assert weights(text) == expected


def test_srun_without_torchrun(slurm: Slurm, tmp_path, expected):
    """Only a step of srun has a number of tasks, by which a rank differs from a batch script."""
    script = tmp_path / "script"
    script.write_text(f"""#!/usr/bin/env bash
set -e
test -z "$SLURM_STEP_NUM_TASKS"
srun bash -c 'test "$SLURM_STEP_NUM_TASKS" = 2'
srun {shlex.join(map(str, [sys.executable, EXAMPLE, *arguments(tmp_path)]))}
""")
    out = tmp_path / "out"
    job = slurm("sbatch", "--parsable", "--nodes=2", f"--output={out}", f"--chdir={ROOT}", script)
    assert weights(ended(slurm, job, out)) == expected
