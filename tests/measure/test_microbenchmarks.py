from dataclasses import replace
from functools import partial

import pytest
import torch

from lsdl_helpers.measure import microbenchmarks, routines
from lsdl_helpers.measure.machine import UNKNOWN, Fact
from lsdl_helpers.measure.microbenchmarks import measure_limits


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setitem(routines.SIDES, "cpu", (16, 32))
    monkeypatch.setattr(routines, "CONVOLUTIONS", ((3, 8, 12), (1, 16, 12)))


def measure():
    return measure_limits(seconds=0.1, device="cpu", working_sets=(2**16, 2**14))


def test_a_small_calibration():
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    limits = measure()
    assert limits.peak() > 0
    assert limits.peak("bfloat16") > 0
    assert limits.routines.keys() == limits.peaks.keys()
    assert [size for size, _ in limits.bandwidths] == [2**14, 2**16]
    assert 0 < limits.overhead_s < 1
    assert (limits.source, limits.device) == ("calibrated", "cpu")
    assert "processor" in limits.machine
    assert torch.equal(torch.get_rng_state(), state), "the reader's random numbers stay"
    assert torch.get_num_threads() == threads


def test_what_is_not_supported_is_left_out_with_its_reason(monkeypatch):
    def fail(a, b):
        raise RuntimeError('"int_mm" not\nimplemented')

    monkeypatch.setattr(torch, "_int_mm", fail)
    limits = measure()
    assert limits.left_out == {"int8": '"int_mm" not implemented'}
    with pytest.raises(ValueError, match='there is no peak for int8: "int_mm" not implemented'):
        limits.peak("int8")


def test_where_the_number_of_cores_is_unknown_one_thread_is_timed(monkeypatch):
    here = replace(microbenchmarks.machine(), cores=Fact(UNKNOWN, "made up"))
    monkeypatch.setattr(microbenchmarks, "machine", lambda: here)
    assert {threads for _, threads in measure().peaks} == {1}


class Clock:
    """In the place of benchmark: a call takes what is made of its result."""

    def __init__(self, cost):
        self.cost, self.calls = cost, 0

    def __call__(self, fn, kind, share, threads=1):
        self.calls += 1
        return self.cost(fn())


@pytest.fixture
def peak_of(monkeypatch):
    """Find the peak of routines of 100 FLOPs, given their seconds by name; 0 cannot be run."""

    def peak(share=10.0, **seconds):
        def prepare(name):
            if not seconds[name]:
                raise RuntimeError(f"{name} is not implemented")
            return lambda: seconds[name]

        listed = [routines.Routine(name, 100, partial(prepare, name)) for name in seconds]
        monkeypatch.setattr(microbenchmarks, "routines", lambda name, kind: listed)
        monkeypatch.setattr(microbenchmarks, "_best", lambda fn, *others: fn())
        return microbenchmarks._peak("float32", 1, "cpu", share)

    return peak


def test_the_best_routine_gives_the_peak(peak_of):
    assert peak_of(product=1.0, convolution=0.25) == (400, "convolution")
    assert peak_of(product=0.25, convolution=1.0) == (400, "product")


def test_a_routine_that_cannot_be_run_is_passed_over(peak_of):
    assert peak_of(product=0.0, convolution=0.25) == (400, "convolution")
    with pytest.raises(RuntimeError, match="product is not implemented"):
        peak_of(product=0.0, convolution=0.0)


def test_a_routine_that_takes_too_long_is_passed_over(peak_of):
    assert peak_of(share=4.1, product=1.0, convolution=0.25) == (400, "convolution")
    assert peak_of(share=3.9, product=1.0, convolution=0.25) == (100, "product"), "LEAST + 1"


@pytest.mark.parametrize(("kind", "expected"), [("cpu", 1e9), ("meta", 0.5e9)])
def test_a_copy_reads_and_writes_and_only_a_cpu_waits_until_it_begins(monkeypatch, kind, expected):
    monkeypatch.setattr(microbenchmarks, "device_kind", lambda device: kind)
    monkeypatch.setattr(microbenchmarks, "_peak", lambda *args: (1.0, "made up"))
    monkeypatch.setattr(microbenchmarks, "_copy_overhead", lambda share: 1e-3)
    clock = Clock(lambda result: 1e-3 + 2 * result.nbytes / 1e9)
    monkeypatch.setattr(microbenchmarks, "_best", clock)
    limits = measure_limits(working_sets=(10**6,))
    assert limits.bandwidth(10**6) == pytest.approx(expected)
    assert limits.overhead_s == pytest.approx(1e-3, rel=1e-3)


def test_one_slow_call_is_enough(monkeypatch):
    calls = []
    slow = type("Timing", (), {"samples": (11.0, 10.0, 12.0)})()
    monkeypatch.setattr(microbenchmarks, "benchmark", lambda fn, **kwargs: calls.append(1) or slow)
    assert microbenchmarks._best(lambda: None, "cpu", share=1.0) == 10.0
    assert calls == [1]
