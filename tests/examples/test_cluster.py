"""The cluster example in several layouts, and interrupted: the same weights, bit by bit."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from interrupted import EXAMPLE
from slurm_daemons import INSTALL, Slurm, free_ports, missing_program, running, until

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
    (found,) = re.findall("^weights ([0-9a-f]{64})$", text, re.MULTILINE)
    return found


def resumed(text):
    """The steps at which the program started."""
    return [int(step) for step in re.findall("^2 ranks, gloo .*; step (\\d+)$", text, re.MULTILINE)]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The weights of two ranks, under one torchrun, without interruption."""
    text = output(torchrun("--standalone", "--nproc-per-node=2",
                           folder=tmp_path_factory.mktemp("plain")))  # fmt: skip
    assert resumed(text) == [0]
    return weights(text)


def test_two_agents_are_as_one(tmp_path, expected):
    endpoint = f"127.0.0.1:{free_ports(1)[0]}"
    options = ["--nnodes=2", "--rdzv-backend=c10d", f"--rdzv-endpoint={endpoint}", "--rdzv-id=1"]
    agents = [torchrun(*options, folder=tmp_path) for _ in range(2)]
    assert weights("".join(map(output, agents))) == expected


def test_killed_ranks_change_nothing(tmp_path, expected):
    """Three times, at random: two ranks between steps, and rank 0 in writing a checkpoint."""
    first, second, third = sorted(random.sample(range(STEPS - EVERY), 3))
    plan = [(random.randrange(2), first, "kill"), (0, second, "writing"),
            (random.randrange(2), third, "kill")]  # fmt: skip
    print("rank, step, how:", *plan)
    text = output(torchrun(
        "--standalone", "--nproc-per-node=2", "--max-restarts=3",
        program=INTERRUPTED, folder=tmp_path, INTERRUPT=json.dumps(plan),
    ))  # fmt: skip
    assert len(resumed(text)) == 4
    assert weights(text) == expected


def test_three_ranks_go_on_as_if_not_interrupted(tmp_path):
    """With three, the order of a sum shows. Each rank is one process, to save their start.

    Nor do they go on with other settings, or with more examples than there are.
    """
    program = tmp_path / "program.py"
    program.write_text(f"""
import sys
sys.path.insert(0, {str(INTERRUPTED.parent)!r})
from pathlib import Path
from interrupted import load_example
example, folder = load_example(), Path(sys.argv[-1].removeprefix("--folder="))
with example.join("gloo") as place:
    for part, steps in (("whole", 12), ("parts", 4), ("parts", 12)):
        example.train(place, steps=steps, batch=8, every=2, folder=folder / part, seed=0)
    for batch in (9, 501):
        try:
            example.train(place, steps=12, batch=batch, every=2, folder=folder / "parts", seed=0)
        except ValueError as error:
            print(error)
""")
    text = output(torchrun("--standalone", "--nproc-per-node=3", program=program, folder=tmp_path))
    whole, half, parts = re.findall("^weights (.*)$", text, re.MULTILINE)
    assert whole == parts != half
    assert text.count("'batch': 8, 'seed': 0}, not of {'ranks': 3, 'batch': 9, 'seed': 0}") == 3
    assert text.count("--batch is 501; 3 ranks share 1500 examples") == 3


@pytest.fixture(scope="module")
def slurm():
    if missing := missing_program():
        pytest.skip(f"there is no {missing}; {INSTALL}")
    # not in pytest's own folder: the path of a socket has at most 107 characters
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, running(Path(folder)) as found:
        found.environment |= ENVIRONMENT | {"PATH": f"{BIN}:{found.environment['PATH']}"}
        yield found
    assert not Path(folder).exists()


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

    def reaches(condition):
        text = (tmp_path / "out").read_text() if (tmp_path / "out").exists() else ""
        assert slurm.job(job, "JobState") != "FAILED", text
        return condition() and text

    until(lambda: reaches(lambda: any(tmp_path.glob("checkpoints/*-00000028-*.pt"))), "step 28")
    slurm("scontrol", "requeue", job)
    until(lambda: reaches(lambda: slurm.job(job, "JobState") == "PENDING"), "a job in the queue")
    slurm("scontrol", "update", f"JobId={job}", "StartTime=now")  # not in two minutes
    text = until(lambda: reaches(lambda: slurm.job(job, "JobState") == "COMPLETED"), "an end")
    assert resumed(text) == [0, 28]
    assert weights(text) == expected


def test_srun_without_torchrun(slurm: Slurm, tmp_path, expected):
    text = slurm("srun", "--nodes=2", sys.executable, EXAMPLE, *arguments(tmp_path))
    assert weights(text) == expected


def test_only_a_step_of_srun_has_a_number_of_tasks(slurm: Slurm):
    """By which a rank is told from a batch script, and from a notebook that runs in one."""
    probe = 'test "$SLURM_STEP_NUM_TASKS" = '
    quiet = ("sbatch", "--wait", "--nodes=2", "--output=/dev/null", "--wrap")
    slurm(*quiet, f'{probe} ""')
    slurm(*quiet, f"srun bash -c '{probe} 2'")
