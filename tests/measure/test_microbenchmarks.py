from dataclasses import replace

import pytest
import torch

from lsdl_helpers.measure import microbenchmarks
from lsdl_helpers.measure.machine import UNKNOWN, Fact
from lsdl_helpers.measure.microbenchmarks import measure_limits


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setitem(microbenchmarks.SIDES, "cpu", (16, 32))


def measure():
    return measure_limits(seconds=0.1, device="cpu", working_sets=(2**16, 2**14))


def test_a_small_calibration():
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    limits = measure()
    assert limits.peak() > 0
    assert limits.peak("bfloat16") > 0
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
    """In the place of benchmark: a matrix product takes its FLOPs / 1e9, a copy bytes / 1e9."""

    def __init__(self, cost):
        self.cost, self.calls = cost, 0

    def __call__(self, fn, kind, share, threads=1):
        self.calls += 1
        return self.cost(fn())


def test_the_peak_counts_two_flops_a_multiply_add(monkeypatch):
    clock = Clock(lambda product: 2 * len(product) ** 3 / 1e9)
    monkeypatch.setattr(microbenchmarks, "_best", clock)
    assert microbenchmarks._peak("float32", 1, "cpu", 1.0) == pytest.approx(1e9)


def test_a_size_that_takes_too_long_ends_it(monkeypatch):
    clock = Clock(lambda product: 1.0)
    monkeypatch.setattr(microbenchmarks, "_best", clock)
    microbenchmarks._peak("float32", 1, "cpu", share=0.5)
    assert clock.calls == 1


@pytest.mark.parametrize(("kind", "expected"), [("cpu", 1e9), ("meta", 0.5e9)])
def test_a_copy_reads_and_writes_and_only_a_cpu_waits_until_it_begins(monkeypatch, kind, expected):
    monkeypatch.setattr(microbenchmarks, "device_kind", lambda device: kind)
    monkeypatch.setattr(microbenchmarks, "_peak", lambda *args: 1.0)
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
