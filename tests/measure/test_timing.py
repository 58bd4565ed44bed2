import itertools
import re
import statistics
import time
from typing import ClassVar

import pytest
import torch

from lsdl_helpers.ledger import Ledger
from lsdl_helpers.measure import Comparison, Timing, benchmark, compare, timing, timing_table
from lsdl_helpers.measure.statistics import bootstrap


def test_the_clock_follows_the_number_of_threads():
    assert benchmark(lambda: None, seconds=0, device="cpu").clock == "thread time"
    assert benchmark(lambda: None, threads=2, seconds=0, device="cpu").clock == "wall clock"


def test_the_coarse_thread_clock_of_windows_is_not_used(monkeypatch):
    monkeypatch.setattr(timing.sys, "platform", "win32")
    assert benchmark(lambda: None, seconds=0, device="cpu").clock == "wall clock"


def test_threads_are_set_meanwhile_and_put_back():
    before = torch.get_num_threads()
    seen = []
    benchmark(lambda: seen.append(torch.get_num_threads()), threads=before + 1, seconds=0)
    assert set(seen) == {before + 1}
    assert torch.get_num_threads() == before


def test_the_first_call_is_not_counted():
    calls = []
    assert len(benchmark(lambda: calls.append(1), seconds=0, least=3).samples) == 3
    assert len(calls) == 4


def test_functions_are_compared_in_turn():
    calls = []
    compare(a=lambda: calls.append("a"), b=lambda: calls.append("b"), seconds=0, least=2)
    assert "".join(calls) == "ababab"


def test_the_ratio_is_first_over_second(monkeypatch):
    seconds = [0.0]
    monkeypatch.setattr(timing.time, "thread_time", lambda: seconds[0])

    def work(amount):
        seconds[0] += amount

    result = compare(slow=lambda: work(3), quick=lambda: work(1), seconds=0, device="cpu")
    assert result.ratio == 3
    assert result.interval == (3, 3)
    assert result.timings["slow"].median == 3


def test_a_timing_has_the_interval_of_its_median():
    samples = (1.0, 2.0, 3.0, 4.0, 100.0)
    low, high = Timing(samples, "thread time", 1, "cpu").interval
    assert 1 <= low < 3 < high <= 100
    assert (low, high) == bootstrap(samples, statistics.median)
    narrower = Timing(samples[:4] * 25, "thread time", 1, "cpu").interval
    assert low < narrower[0] <= 2.5 <= narrower[1] < high


def test_a_timing_enters_the_ledger_in_milliseconds():
    ledger = Ledger("measure/timing")
    ledger.predict("time", 2.0, unit="ms")
    measured = ledger.measure("time", *Timing((2e-3, 2e-3), "thread time", 1, "cpu").in_ms)
    assert (measured.measured, measured.interval) == (2.0, (2.0, 2.0))


def test_timings_stand_side_by_side():
    table = timing_table(a_b=Timing((0.002, 0.003, 0.004), "thread time", 1, "cpu"))
    assert table.loc["a b"].tolist() == ["3.00 ms", "2.00 ms", "4.00 ms"]


def test_an_interval_needs_two_samples():
    with pytest.raises(ValueError, match="at least two"):
        _ = Timing((1.0,), "thread time", 1, "cpu").interval


def test_a_comparison_says_what_it_found():
    taken = Timing((1.0, 1.0), "thread time", 1, "cpu", 0.95)
    text = repr(Comparison(2.0, (1.9, 2.1), {"slow": taken, "quick": taken}))
    assert text == "slow / quick: 2.00× (95 % interval 1.90× to 2.10×)"


@pytest.mark.parametrize(("call", "options", "message"), [
    (benchmark, {"threads": 0}, "threads is 0; it must be at least 1"),
    (benchmark, {"least": 0}, "least is 0; it must be at least 1"),
    (compare, {}, "compare takes two functions by name, not 1"),
    (compare, {"b": len, "c": len}, "compare takes two functions by name, not 3"),
    (compare, {"b": len, "least": 1}, "least is 1; an interval needs at least 2"),
])  # fmt: skip
def test_mistakes_are_named(call, options, message):
    function = {"fn" if call is benchmark else "a": lambda: None}
    with pytest.raises(ValueError, match=message):
        call(**function, **options)


class Event:
    """A stand-in for an accelerator's event: time passes only when it is waited for."""

    log: ClassVar[list] = []

    def __init__(self, enable_timing):
        assert enable_timing

    def record(self):
        self.log.append("record")

    def synchronize(self):
        self.log.append("wait")

    def elapsed_time(self, end):
        self.log.append("read")
        return 250.0  # milliseconds


@pytest.fixture
def accelerator(monkeypatch):
    device = torch.device("cuda")
    monkeypatch.setattr(timing.torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(timing.torch.accelerator, "current_accelerator", lambda: device)
    monkeypatch.setattr(timing.torch, "Event", Event)
    monkeypatch.setattr(Event, "log", [])
    return Event.log


def test_an_accelerator_takes_its_own_time_and_is_waited_for(accelerator):
    result = benchmark(lambda: accelerator.append("work"), seconds=0, least=1)
    assert (result.device, result.clock, result.samples) == ("cuda", "device events", (0.25,))
    assert accelerator == ["record", "work", "record", "wait", "read"] * 2
    assert result.share is None
    assert not result.disturbed


def test_work_on_the_cpu_beside_an_accelerator_has_the_cpu_clock(accelerator):
    assert benchmark(lambda: None, seconds=0, device="cpu").clock == "thread time"
    assert accelerator == []
    with pytest.raises(ValueError, match="device is 'gpu'; it must be 'cpu'"):
        benchmark(lambda: None, device="gpu")


def test_waiting_is_noticed():
    def wait():
        time.sleep(0.01)

    waited = benchmark(wait, seconds=0, device="cpu")
    assert waited.disturbed
    assert "disturbed: ran" in repr(waited)
    text = repr(compare(one=wait, other=wait, seconds=0, least=2, device="cpu"))
    assert re.search(r"×, disturbed: ran \d+% of the time\)$", text)


def test_the_share_is_that_of_all_threads(monkeypatch):
    clocks = {"perf_counter": itertools.count(0.0, 1.0), "process_time": itertools.count(0.0, 6.0)}
    for name, ticks in clocks.items():
        monkeypatch.setattr(timing.time, name, lambda ticks=ticks: next(ticks))
    # The wall clock is read four times after the start; two threads could have run 8 seconds.
    timed = benchmark(lambda: None, threads=2, seconds=0, least=1, device="cpu")
    assert timed.share == 6 / 8


def test_a_timing_says_how_it_was_taken():
    taken = Timing((0.001, 0.002, 0.003), "thread time", 1, "cpu")
    assert not taken.disturbed
    assert repr(taken) == (
        "2.00 ms (median of 3, interquartile range 1.00 ms, thread time, 1 thread, cpu)"
    )
