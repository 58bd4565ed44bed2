"""A SLURM of two nodes, n1 and n2, on this machine, of the present user: root or another."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.localhost import free_ports

INSTALL = "apt-get install slurm-wlm"  # brings munge, too
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
USER = pwd.getpwuid(os.getuid()).pw_name
CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={control}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
MpiDefault=none
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n1} CPUs=1
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port={n2} CPUs=1
PartitionName=all Nodes=n1,n2 Default=YES
"""


def missing_program() -> str | None:
    """Return the name of a program that is not installed."""
    return next((name for name in PROGRAMS if not shutil.which(name, path=PATH)), None)


def until(condition: Callable, what: str, seconds: float = 300):
    """Ask again and again until the answer is true, and return it."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"{what}: not within {seconds:.0f} s"
        time.sleep(0.1)
    return answer


class Slurm:
    """The commands of this SLURM."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        plain = {name: value for name, value in os.environ.items() if "SLURM" not in name}
        self.environment = plain | {"PATH": PATH, "SLURM_CONF": str(folder / "slurm.conf")}

    def __call__(self, *command: str | Path, check: bool = True, **environment: str) -> str:
        """Run e.g. sbatch, and return what it prints."""
        result = subprocess.run(command, env=self.environment | environment, timeout=300,
                                capture_output=True, text=True)  # fmt: skip
        assert not check or result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
        return result.stdout.strip()

    def job(self, number: str, field: str) -> str:
        """Return a field of a job, e.g. its JobState."""
        lines = self("scontrol", "--oneliner", "show", "job", number)
        return dict(word.split("=", 1) for word in lines.split() if "=" in word)[field]

    def ready(self) -> bool:
        return self("sinfo", "--noheader", "--format=%T %D", check=False) == "idle 2"

    def idle(self) -> bool:
        return not self("squeue", "--noheader", check=False)


@contextmanager
def running(folder: Path) -> Iterator[Slurm]:
    """Start the daemons in an empty folder; end them, and all that runs under them."""
    configure(folder)
    slurm, started = Slurm(folder), []
    try:
        for command in commands(folder):
            with open(folder / "log", "a") as log:
                daemon = subprocess.Popen(command, env=slurm.environment, stdout=log, stderr=log)
            started.append(daemon)
            until((folder / "munge" / "socket").exists, "a socket of munged")
        until(slurm.ready, "two idle nodes")
        yield slurm
    finally:
        print((folder / "log").read_text())
        try:
            slurm("scancel", f"--user={USER}", check=False)
            until(slurm.idle, "an empty queue")
        finally:
            stop(started, folder)


def stop(daemons: list[subprocess.Popen], folder: Path) -> None:
    """End the daemons, the last one first; nothing may be left that they started."""
    for daemon in reversed(daemons):
        daemon.terminate()
        with suppress(subprocess.TimeoutExpired):
            daemon.wait(timeout=60)
    left = left_over(folder)
    for process in left:
        os.kill(int(process), signal.SIGKILL)
    assert not left, "processes of SLURM outlived it"


def configure(folder: Path) -> None:
    """Write what the daemons need: folders, key, configuration."""
    for part in ("munge", "state", "spool-n1", "spool-n2"):
        (folder / part).mkdir(mode=0o755)
    key = folder / "munge" / "key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    control, n1, n2 = free_ports(3)
    text = CONFIGURATION.format(user=USER, folder=folder, control=control, n1=n1, n2=n2)
    (folder / "slurm.conf").write_text(text)
    # no plugin asks for control groups, but v2, the default, wants root and systemd even so
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")


def commands(folder: Path) -> list[list[str]]:
    munge = folder / "munge"
    files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log",
             "seed-file": "seed"}  # fmt: skip
    options = [f"--{option}={munge / name}" for option, name in files.items()]
    return [
        # forced, because anyone may write to /tmp, above the folder
        ["munged", "--foreground", "--force", *options],
        ["slurmctld", "-D"],
        ["slurmd", "-D", "-N", "n1"],
        ["slurmd", "-D", "-N", "n2"],
    ]


def left_over(folder: Path) -> list[str]:
    """Return the numbers of the processes that know the configuration of this SLURM."""
    mark, numbers = f"SLURM_CONF={folder}/slurm.conf".encode(), []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in environment.read_bytes():
                numbers.append(environment.parent.name)
        except OSError:  # it has ended, or is not ours
            continue
    return numbers
