import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import torch
import torch.distributed as dist

from lsdl_helpers.launch import RankEnvironment, from_environment, join, process_group

TORCHRUN = {"RANK": "2", "WORLD_SIZE": "4", "LOCAL_RANK": "0", "MASTER_ADDR": "n1",
            "MASTER_PORT": "29500"}  # fmt: skip
SRUN = {"SLURM_PROCID": "3", "SLURM_STEP_NUM_TASKS": "4", "SLURM_LOCALID": "1",
        "SLURM_STEP_NODELIST": "n[1-2]", "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0"}  # fmt: skip


@pytest.fixture
def alone(monkeypatch):
    """An environment that no launcher has touched."""
    for name in {**TORCHRUN, **SRUN}:
        monkeypatch.delenv(name, raising=False)


def test_torchrun_is_understood_and_comes_before_srun():
    assert from_environment(TORCHRUN) == RankEnvironment(2, 4, 0, "n1", 29500)
    assert from_environment(SRUN | TORCHRUN) == from_environment(TORCHRUN)


@pytest.mark.parametrize(("hosts", "first"), [
    ("n[1-2]", "n1"), ("a-7,b", "a-7"), ("gpu[003-010,12],m1", "gpu003"), ("r[1,3]n[4-5]", "r1n4"),
])  # fmt: skip
def test_ranks_of_srun_meet_on_their_first_host(hosts, first):
    environment = from_environment(SRUN | {"SLURM_STEP_NODELIST": hosts})
    assert environment == RankEnvironment(3, 4, 1, first, environment.port)


def test_steps_of_srun_meet_on_different_ports_unless_told_where():
    ports = {
        from_environment(SRUN | {"SLURM_JOB_ID": str(job), "SLURM_STEP_ID": str(step)}).port
        for job in range(10) for step in range(3)
    }  # fmt: skip
    assert len(ports) == 30
    assert all(1024 < port < 32768 for port in ports)
    step = from_environment(SRUN | {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "5000"})
    assert (step.address, step.port) == ("10.0.0.1", 5000)


def test_neither_a_plain_process_nor_one_of_slurm_alone_is_a_rank():
    assert from_environment({}) is None
    assert from_environment(SRUN | {"SLURM_STEP_NUM_TASKS": "1"}) is None
    batch_script = {"SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"}
    assert from_environment(batch_script) is None


def test_half_of_torchrun_is_named():
    with pytest.raises(ValueError, match="LOCAL_RANK, MASTER_ADDR, MASTER_PORT is not set"):
        from_environment({"RANK": "0", "WORLD_SIZE": "2"})
    with pytest.raises(ValueError, match=r"^WORLD_SIZE, LOCAL_RANK"):
        from_environment({"RANK": "0"})


def fake_gpus(monkeypatch, *uuids):
    """A machine with these GPUs, as far as torch tells."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(uuids))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(uuids))
    properties = [SimpleNamespace(uuid=uuid) for uuid in uuids]
    monkeypatch.setattr(torch.cuda, "get_device_properties", properties.__getitem__)
    monkeypatch.setattr(dist, "is_nccl_available", lambda: True)


def chosen(local_rank, *peers, backend=None):
    """What the last rank chooses, given which GPUs the others would take."""
    index, gpu = process_group.own_gpu(local_rank)
    environment = RankEnvironment(len(peers), len(peers) + 1, local_rank, "n1", 0)
    context = process_group.choose_backend(environment, index, [*peers, gpu], backend)
    return context.backend, str(context.device), context.why


OWN_GPU = "nccl: every rank has a GPU of its own"


@pytest.mark.parametrize(("gpus", "local_rank", "peers", "asked", "expected"), [
    ("ab", 1, ["a"], None, ("nccl", "cuda:1", OWN_GPU)),
    ("ab", 1, ["x", "y", "a"], "nccl", ("nccl", "cuda:1", OWN_GPU)),
    ("b", 1, ["a"], None, ("nccl", "cuda:0", OWN_GPU)),  # Slurm shows each rank only its own
    ("ab", 2, ["a", "b"], None, ("gloo", "cpu", "gloo on the CPU: ranks 0 and 2 share a GPU")),
    ("a", 0, [""], None, ("gloo", "cpu", "gloo on the CPU: rank 0 has no GPU")),
    ("a", 0, [], "gloo", ("gloo", "cpu", "gloo on the CPU: asked for")),
])  # fmt: skip
def test_nccl_where_every_rank_has_a_gpu_else_gloo(
    monkeypatch, gpus, local_rank, peers, asked, expected
):
    fake_gpus(monkeypatch, *gpus)
    assert chosen(local_rank, *peers, backend=asked) == expected


def test_nccl_is_refused_where_ranks_share_a_gpu(monkeypatch):
    fake_gpus(monkeypatch, "a", "b")
    with pytest.raises(ValueError, match="'nccl', but ranks 0 and 2 share a GPU; it must be 'gl"):
        chosen(2, "a", "b", backend="nccl")


@pytest.mark.usefixtures("alone")
def test_a_plain_process_is_a_group_of_one():
    with join("gloo") as context:
        assert (context.rank, context.world_size, dist.get_world_size()) == (0, 1, 1)
    assert not dist.is_initialized()


@pytest.mark.usefixtures("alone")
def test_the_group_ends_with_an_error():
    def program():
        with join("gloo", timedelta(seconds=30)):
            total = torch.ones(2)
            dist.all_reduce(total)
            assert total.tolist() == [1, 1]
            raise KeyError

    with pytest.raises(KeyError):
        program()
    assert not dist.is_initialized()


def test_another_backend_is_named():
    message = "backend is 'mpi'; it must be one of gloo, nccl"
    with pytest.raises(ValueError, match=re.escape(message)), join("mpi"):
        pass


def test_no_rank_begins_before_all_are_connected(monkeypatch):
    waited = []
    monkeypatch.setattr(dist, "barrier", lambda: waited.append(dist.is_initialized()))
    with join():
        assert waited == [True]
