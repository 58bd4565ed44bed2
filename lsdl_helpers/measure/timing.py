"""The clock of the course: how long a function takes, and which of two is faster."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.measure.statistics import bootstrap

UNDISTURBED = 0.9  # share of the time that a thread runs when nothing else wants its core


@dataclass(frozen=True)
class Timing:
    """Seconds a call, one number a sample, and how they were taken.

    ``share`` is the part of the elapsed time for which the CPU threads ran; None on an
    accelerator.
    """

    samples: tuple[float, ...]
    clock: str
    threads: int
    device: str
    share: float | None = None

    @property
    def median(self) -> float:
        """The median in seconds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """The interquartile range in seconds."""
        low, high = np.quantile(self.samples, [0.25, 0.75])
        return float(high - low)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the median in seconds (bootstrap).

        Raises:
            ValueError: for fewer than two samples.

        >>> Timing((1.0, 1.0, 1.0), "thread time", 1, "cpu").interval
        (1.0, 1.0)
        """
        return bootstrap(self.samples, np.median)

    @property
    def in_ms(self) -> tuple[float, tuple[float, float]]:
        """Median and interval in milliseconds, as the ledger's ``measure`` takes them."""
        low, high = self.interval
        return 1e3 * self.median, (1e3 * low, 1e3 * high)

    @property
    def disturbed(self) -> bool:
        """True if the threads were kept waiting, by other work or by the function itself."""
        return self.share is not None and self.share < UNDISTURBED

    def __repr__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"{_seconds(self.median)} (median of {len(self.samples)}, interquartile range "
            f"{_seconds(self.spread)}, {self.clock}, {threads}, {self.device}{_disturbance(self)})"
        )


@dataclass(frozen=True)
class Comparison:
    """Two functions timed in turn: the ratio of their times, first over second.

    The timings have one ``share``, of both functions together.
    """

    ratio: float
    interval: tuple[float, float]
    timings: dict[str, Timing]

    def __repr__(self) -> str:
        low, high = self.interval
        first, second = self.timings
        disturbance = _disturbance(self.timings[first])
        interval = f"95 % interval {low:.2f}× to {high:.2f}×{disturbance}"
        return f"{first} / {second}: {self.ratio:.2f}× ({interval})"


def benchmark(
    fn: Callable[[], Any],
    *,
    threads: int = 1,
    seconds: float = 1.0,
    least: int = 5,
    device: str | None = None,
) -> Timing:
    """Time calls of a function after one warm-up call.

    On an accelerator its own events are the clock. On the CPU with one thread it is the
    thread's processor time, which other programs disturb least, and which stands still while
    the function waits. With several threads, and on Windows, whose thread clock ticks 64
    times a second, it is the wall clock.

    Args:
        fn: called without arguments; its result is thrown away.
        threads: CPU threads that torch may use meanwhile.
        seconds: go on sampling for about this long.
        least: but take at least this many samples.
        device: "cpu" where ``fn`` computes there although an accelerator is present.

    Raises:
        ValueError: if threads or least is below 1, or for another device.

    >>> benchmark(lambda: torch.ones(1000).sum(), seconds=0.1).threads
    1
    """
    with _clock(threads, device) as clock:
        (samples,), share = _sample([fn], clock, seconds, least)
    return Timing(samples, clock.name, threads, clock.device, share)


def compare(
    *,
    threads: int = 1,
    seconds: float = 2.0,
    least: int = 10,
    device: str | None = None,
    **fns: Callable[[], Any],
) -> Comparison:
    """Time two functions in turn and return the ratio of their median times.

    In turn, so that a machine that slows down slows both; the interval holds 95 % of the
    ratios of medians of resampled pairs (bootstrap).

    Args:
        threads, seconds, least, device: as for :func:`benchmark`, for both together.
        **fns: exactly two functions by name, first over second; any name but these four.

    Raises:
        ValueError: if there are not two, for least below 2, and as :func:`benchmark`.

    >>> compare(two=lambda: torch.ones(20_000), one=lambda: torch.ones(10_000), seconds=0.1)
    two / one: ...× (95 % interval ...)
    """
    if len(fns) != 2:
        raise ValueError(f"compare takes two functions by name, not {len(fns)}: {', '.join(fns)}")
    if least < 2:
        raise ValueError(f"least is {least}; an interval needs at least 2")
    with _clock(threads, device) as clock:
        samples, share = _sample(list(fns.values()), clock, seconds, least)
    pairs = np.transpose(samples)
    interval = bootstrap(pairs, _ratio_of_medians, num_resamples=2000)
    timings = {
        key: Timing(taken, clock.name, threads, clock.device, share)
        for key, taken in zip(fns, samples, strict=True)
    }
    return Comparison(_ratio_of_medians(pairs), interval, timings)


def _ratio_of_medians(pairs: np.ndarray) -> float:
    """(n, 2) -> the median of the first column over that of the second."""
    return float(np.divide(*np.median(pairs, axis=0)))


class _Clock(NamedTuple):
    name: str
    device: str
    time: Callable[[Callable[[], Any]], float]  # seconds of one call
    busy: Callable[[], float] | None  # processor seconds of the threads that run


@contextmanager
def _clock(threads: int, device: str | None) -> Iterator[_Clock]:
    """Set the number of threads, yield the clock of that device, and set the number back."""
    if threads < 1:
        raise ValueError(f"threads is {threads}; it must be at least 1")
    if device not in (None, "cpu"):
        raise ValueError(f"device is {device!r}; it must be 'cpu', or None for the machine's own")
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        if device is None and torch.accelerator.is_available():
            name = torch.accelerator.current_accelerator().type
            yield _Clock("device events", name, _time_by_events, None)
        elif threads > 1:
            yield _Clock("wall clock", "cpu", _time_by(time.perf_counter), time.process_time)
        elif sys.platform == "win32":
            yield _Clock("wall clock", "cpu", _time_by(time.perf_counter), time.thread_time)
        else:
            yield _Clock("thread time", "cpu", _time_by(time.thread_time), time.thread_time)
    finally:
        torch.set_num_threads(before)


def _time_by(now: Callable[[], float]) -> Callable[[Callable[[], Any]], float]:
    def time_once(fn: Callable[[], Any]) -> float:
        start = now()
        fn()
        return now() - start

    return time_once


def _time_by_events(fn: Callable[[], Any]) -> float:
    """Time one call by events that the accelerator records itself, and wait for the second."""
    start, end = torch.Event(enable_timing=True), torch.Event(enable_timing=True)
    start.record()
    fn()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1e3  # from milliseconds


def _sample(
    fns: list[Callable[[], Any]], clock: _Clock, seconds: float, least: int
) -> tuple[list[tuple[float, ...]], float | None]:
    """Call each function once to warm up, then all in turn.

    Returns a tuple of samples a function, and the share of the time that the threads ran.
    """
    if least < 1:
        raise ValueError(f"least is {least}; it must be at least 1")
    for fn in fns:
        clock.time(fn)
    rounds: list[list[float]] = []
    start, busy = time.perf_counter(), clock.busy and clock.busy()
    while len(rounds) < least or time.perf_counter() < start + seconds:
        rounds.append([clock.time(fn) for fn in fns])
    elapsed = time.perf_counter() - start
    share = (clock.busy() - busy) / (elapsed * torch.get_num_threads()) if clock.busy else None
    return list(zip(*rounds, strict=True)), share


def _disturbance(timing: Timing) -> str:
    return f", disturbed: ran {timing.share:.0%} of the time" if timing.disturbed else ""


def _seconds(value: float) -> str:
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1:
            return format_quantity(value * factor, unit)
    return format_quantity(value * 1e9, "ns")
