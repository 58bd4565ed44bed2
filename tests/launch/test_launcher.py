import math
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from types import SimpleNamespace

import cloudpickle
import pytest
import torch
import torch.distributed as dist

from lsdl_helpers.launch import launch, launcher
from tests.launch.ports import listening

# As from a notebook: what is defined here travels by value.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def rank_plus(number):
    return dist.get_rank() + number


def test_results_come_in_the_order_of_ranks():
    assert launch(rank_plus, 3, 10) == [10, 11, 12]


def test_a_rank_computes_with_one_thread_where_and_as_the_caller_stands(monkeypatch, tmp_path):
    monkeypatch.setenv("OURS", "set after torch was imported")
    monkeypatch.chdir(tmp_path)

    def settings():
        return torch.get_num_threads(), os.environ["OURS"], os.getcwd()

    assert launch(settings, 1) == [(1, "set after torch was imported", str(tmp_path))]
    assert launch(torch.get_num_threads, 1, threads_per_rank=2) == [2]


def test_a_rank_may_load_data_with_processes_of_its_own():
    def total():
        return sum(b.sum().item() for b in torch.utils.data.DataLoader(range(10), num_workers=1))

    assert launch(total, 1) == [45]


def test_a_long_result_is_not_waited_for_in_a_pipe_and_stdout_may_be_closed():
    def long():
        send = Connection._send

        def send_short(self, message, *args):
            assert len(message) < 512, "may stop in the middle"
            send(self, message, *args)

        Connection._send = send_short
        sys.stdout.close()
        return bytes(100_000)

    assert launch(long, 1, timeout=60) == [bytes(100_000)]


@pytest.mark.parametrize("wrong", [{"num_ranks": 0}, {"num_ranks": 1, "threads_per_rank": -1}])
def test_counts_below_1_are_errors(wrong):
    with pytest.raises(ValueError, match=f"{list(wrong)[-1]} is .*; it must be at least 1"):
        launch(rank_plus, **wrong)


@pytest.mark.parametrize("timeout", [math.inf, math.nan, 0, -1, 1e10, None])
def test_a_time_limit_that_is_none_is_an_error(timeout):
    with pytest.raises(ValueError, match=f"timeout is {timeout}; it must be a number of seconds,"):
        launch(rank_plus, 1, 0, timeout=timeout)


def test_the_longest_time_limit_is_taken():
    assert launch(rank_plus, 1, 0, timeout=launcher.MAX_TIMEOUT_S) == [0]


def test_main_stays_as_it_is_while_threads_launch():
    main, seen, done = sys.modules["__main__"], set(), threading.Event()

    def look():
        while not done.wait(0.001):
            seen.add(sys.modules["__main__"])

    with ThreadPoolExecutor(4) as pool:
        pool.submit(look)
        try:
            assert list(pool.map(partial(launch, rank_plus), [2, 2, 2], [5, 6, 7]))[2] == [7, 8]
        finally:
            done.set()
    assert seen | {sys.modules["__main__"]} == {main}


@pytest.mark.parametrize("system", sorted({sys.platform, "win32"}))  # which does without libuv
def test_the_store_of_ranks_listens_to_this_machine_alone(system, monkeypatch):
    monkeypatch.setattr(launcher, "sys", SimpleNamespace(platform=system))
    store = launcher.local_store()
    assert {address for address, port in listening() if port == store.port} == {"127.0.0.1"}
    store.set("key", "value")
    assert store.get("key") == b"value"


@pytest.fixture
def torchrun(monkeypatch):
    """The only rank of a torchrun."""
    variables = {"RANK": 0, "WORLD_SIZE": 1, "LOCAL_RANK": 0, "MASTER_ADDR": "n", "MASTER_PORT": 0}
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    yield
    launcher._torchrun_group.close()


@pytest.mark.usefixtures("torchrun")
@pytest.mark.parametrize("option", ["survive", "grouped"])
def test_torchrun_is_not_asked_for_what_it_does_not_do(option):
    with pytest.raises(ValueError, match=f"{option} is True; it must be left out under torchrun"):
        launch(rank_plus, 1, 0, **{option: True})


@pytest.mark.usefixtures("torchrun")
def test_under_torchrun_the_function_has_the_threads_asked_for():
    usual = torch.get_num_threads()
    assert launch(torch.get_num_threads, 1, threads_per_rank=usual + 1) == [usual + 1]
    assert torch.get_num_threads() == usual
