import pytest
import torch

from lsdl_helpers.gpu import Accelerator, StandIn, find_device


@pytest.fixture
def waits(monkeypatch):
    """A machine with an accelerator, as far as torch.accelerator tells; its waits."""
    log = []
    monkeypatch.setattr(
        torch.accelerator, "current_accelerator", lambda check_available: torch.device("xpu")
    )
    monkeypatch.setattr(torch.accelerator, "synchronize", lambda: log.append("wait"))
    return log


def test_an_accelerator_is_used_where_there_is_one(waits):
    device = find_device()
    assert isinstance(device, Accelerator)
    assert (device.device.type, repr(device)) == ("xpu", "an accelerator: xpu")
    assert not device.is_standin


def test_it_is_ordered_at_once_and_waited_for_when_asked(waits):
    device = find_device()
    device.submit(lambda: waits.append("work"))
    assert waits == ["work"]
    device.synchronize()
    assert waits == ["work", "wait"]


def test_what_is_fetched_is_on_the_cpu(waits):
    assert find_device().fetch(torch.ones(2)).device.type == "cpu"


def test_a_machine_without_one_gets_a_stand_in(monkeypatch):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available: None)
    assert isinstance(find_device(), StandIn)
