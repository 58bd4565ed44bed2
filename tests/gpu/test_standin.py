import threading
import time

import pytest
import torch

from lsdl_helpers.gpu import StandIn


@pytest.fixture
def device():
    return StandIn()


def test_an_order_does_not_wait(device):
    may_go, done = threading.Event(), []
    device.submit(lambda: may_go.wait(60))
    device.submit(lambda: done.append(1))
    assert done == [], "the first order is still at work"
    may_go.set()
    device.synchronize()
    assert done == [1]


def test_orders_are_done_in_order(device):
    done = []
    for k in range(50):
        device.submit(lambda k=k: done.append(k))
    device.synchronize()
    assert done == list(range(50))


def test_to_fetch_is_to_wait_and_to_copy(device):
    result = torch.zeros(3)
    device.submit(lambda: time.sleep(0.1))
    device.submit(lambda: result.add_(1))
    fetched = device.fetch(result)
    result.add_(1)
    assert fetched.tolist() == [1, 1, 1]


def test_an_error_shows_when_somebody_waits_and_only_once(device):
    device.submit(lambda: 1 / 0)
    device.submit(lambda: [][0])
    with pytest.raises(ZeroDivisionError):
        device.synchronize()
    device.synchronize()


def test_it_says_that_it_is_a_stand_in(device):
    assert device.is_standin
    assert "stand-in" in repr(device)


def test_it_computes_with_as_many_threads_as_its_maker(monkeypatch):
    calls = []
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    monkeypatch.setattr(
        torch, "set_num_threads", lambda n: calls.append((n, threading.current_thread()))
    )
    StandIn().synchronize()
    assert [n for n, _ in calls] == [3]
    assert calls[0][1] is not threading.current_thread()
