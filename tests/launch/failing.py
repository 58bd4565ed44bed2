"""Functions that fail on one rank while the others wait in a collective."""

import os
import time

import torch
import torch.distributed as dist

POSIX = os.name == "posix"
SIGKILL = 9  # on Windows it is an exit code
KILLED = "was killed by SIGKILL" if POSIX else "ended by itself with exit code 9"


def wait_for_the_others():
    dist.all_reduce(torch.ones(2))


def raise_in_rank_1():
    if dist.get_rank() == 1:
        raise ValueError("bad shard")
    wait_for_the_others()


def kill_rank_1(number=SIGKILL):
    if dist.get_rank() == 1:
        os.kill(os.getpid(), number)
    wait_for_the_others()


def wait_in_vain(reached=None):
    if reached:
        (reached / str(dist.get_rank())).touch()
    if dist.get_rank() == 1:
        time.sleep(1000)
    wait_for_the_others()
