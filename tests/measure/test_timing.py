import itertools

import pytest
import torch

from lsdl_helpers.measure import Timing, benchmark, compare, timing


def test_the_clock_follows_the_number_of_threads():
    assert benchmark(lambda: None, seconds=0).clock == "thread time"
    assert benchmark(lambda: None, threads=2, seconds=0).clock == "wall clock"


def test_the_coarse_thread_clock_of_windows_is_not_used(monkeypatch):
    monkeypatch.setattr(timing.sys, "platform", "win32")
    assert benchmark(lambda: None, seconds=0).clock == "wall clock"


def test_threads_are_set_meanwhile_and_put_back():
    before = torch.get_num_threads()
    seen = []
    benchmark(lambda: seen.append(torch.get_num_threads()), threads=before + 1, seconds=0)
    assert set(seen) == {before + 1}
    assert torch.get_num_threads() == before


def test_no_threads_is_an_error():
    with pytest.raises(ValueError, match="threads is 0; it must be at least 1"):
        benchmark(lambda: None, threads=0)


def test_no_samples_is_an_error():
    with pytest.raises(ValueError, match="least is 0; it must be at least 1"):
        benchmark(lambda: None, least=0)


def test_the_first_call_is_not_counted():
    calls = []
    assert len(benchmark(lambda: calls.append(1), seconds=0, least=3).samples) == 3
    assert len(calls) == 4


def test_functions_are_compared_in_turn():
    calls = []
    compare(a=lambda: calls.append("a"), b=lambda: calls.append("b"), seconds=0, least=2)
    assert "".join(calls) == "ababab"


def test_the_ratio_is_first_over_second(monkeypatch):
    ticks = itertools.accumulate(itertools.cycle([3.0, 0.0, 1.0, 0.0]), initial=0.0)
    monkeypatch.setattr(timing.time, "thread_time", lambda: next(ticks))
    result = compare(slow=lambda: None, quick=lambda: None, seconds=0)
    assert result.ratio == 3
    assert result.interval == (3, 3)
    assert result.timings["slow"].median == 3


@pytest.mark.parametrize("number", [1, 3])
def test_compare_takes_two(number):
    with pytest.raises(ValueError, match=f"compare takes two functions by name, not {number}"):
        compare(**{f"fn{k}": lambda: None for k in range(number)})


def test_an_accelerator_is_waited_for(monkeypatch):
    """A stand-in for the accelerator: work is done only when it is waited for."""
    events = []
    device = torch.device("cuda")
    monkeypatch.setattr(timing.torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(timing.torch.accelerator, "current_accelerator", lambda: device)
    monkeypatch.setattr(timing.torch.accelerator, "synchronize", lambda: events.append("wait"))
    result = benchmark(lambda: events.append("work"), seconds=0, least=1)
    assert result.device == "cuda"
    assert events == ["work", "wait", "work", "wait"]


def test_a_timing_says_how_it_was_taken():
    taken = Timing((0.001, 0.002, 0.003), "thread time", 1, "cpu")
    assert repr(taken) == (
        "2.00 ms (median of 3, interquartile range 1.00 ms, thread time, 1 thread, cpu)"
    )
