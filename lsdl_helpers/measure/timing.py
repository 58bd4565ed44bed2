"""The clock of the course: how long a function takes, and which of two is faster."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lsdl_helpers.measure.ledger import format_quantity


@dataclass(frozen=True)
class Timing:
    """Seconds a call, one number a sample, and how they were taken."""

    samples: tuple[float, ...]
    clock: str
    threads: int
    device: str

    @property
    def median(self) -> float:
        """The median in seconds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """The interquartile range in seconds."""
        low, high = np.quantile(self.samples, [0.25, 0.75])
        return float(high - low)

    def __repr__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return (
            f"{_seconds(self.median)} (median of {len(self.samples)}, interquartile range "
            f"{_seconds(self.spread)}, {self.clock}, {threads}, {self.device})"
        )


@dataclass(frozen=True)
class Comparison:
    """Two functions timed in turn: the ratio of their times, first over second."""

    ratio: float
    interval: tuple[float, float]
    timings: dict[str, Timing]

    def __repr__(self) -> str:
        low, high = self.interval
        first, second = self.timings
        return f"{first} / {second}: {self.ratio:.2f}× (95 % interval {low:.2f}× to {high:.2f}×)"


def benchmark(
    fn: Callable[[], Any], *, threads: int = 1, seconds: float = 1.0, least: int = 5
) -> Timing:
    """Time calls of a function after one warm-up call.

    On the CPU with one thread the clock is the thread's own processor time, which other
    programs disturb least, and which stands still while the function waits. With several
    threads, on an accelerator, and on Windows, whose thread clock ticks 64 times a second,
    it is the wall clock.

    Args:
        fn: called without arguments; its result is thrown away.
        threads: CPU threads that torch may use meanwhile.
        seconds: go on sampling for about this long.
        least: but take at least this many samples.

    Raises:
        ValueError: if threads or least is below 1.

    >>> benchmark(lambda: torch.ones(1000).sum()).threads
    1
    """
    with _clock(threads) as (name, device, now):
        samples = _sample([fn], now, seconds, least)[0]
    return Timing(samples, name, threads, device)


def compare(
    *, threads: int = 1, seconds: float = 2.0, least: int = 10, **fns: Callable[[], Any]
) -> Comparison:
    """Time two functions in turn and return the ratio of their median times.

    In turn, so that a machine that slows down slows both; the interval holds 95 % of the
    ratios of medians of resampled pairs (bootstrap).

    Args:
        threads, seconds, least: as for :func:`benchmark`, for both together.
        **fns: exactly two functions by name, first over second; any name but these three.

    Raises:
        ValueError: if there are not two, or if threads or least is below 1.

    >>> compare(twice=lambda: [work(), work()], once=work).ratio
    2.0
    """
    if len(fns) != 2:
        raise ValueError(f"compare takes two functions by name, not {len(fns)}: {', '.join(fns)}")
    with _clock(threads) as (name, device, now):
        samples = _sample(list(fns.values()), now, seconds, least)
    first, second = map(np.asarray, samples)
    draws = np.random.default_rng(0).integers(len(first), size=(2000, len(first)))
    ratios = np.median(first[draws], axis=1) / np.median(second[draws], axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    timings = {
        key: Timing(taken, name, threads, device) for key, taken in zip(fns, samples, strict=True)
    }
    return Comparison(float(np.median(first) / np.median(second)), (low, high), timings)


@contextmanager
def _clock(threads: int) -> Iterator[tuple[str, str, Callable[[], float]]]:
    """Yield the name of the clock, the device and a function that reads seconds."""
    if threads < 1:
        raise ValueError(f"threads is {threads}; it must be at least 1")
    accelerator = torch.accelerator.current_accelerator() if _has_accelerator() else None
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        if accelerator is not None:
            yield "wall clock, synchronized", accelerator.type, _synchronized
        elif threads == 1 and sys.platform != "win32":
            yield "thread time", "cpu", time.thread_time
        else:
            yield "wall clock", "cpu", time.perf_counter
    finally:
        torch.set_num_threads(before)


def _has_accelerator() -> bool:
    return torch.accelerator.is_available()


def _synchronized() -> float:
    torch.accelerator.synchronize()
    return time.perf_counter()


def _sample(
    fns: list[Callable[[], Any]], now: Callable[[], float], seconds: float, least: int
) -> list[tuple[float, ...]]:
    """Call each function once to warm up, then all in turn; a tuple of samples a function."""
    if least < 1:
        raise ValueError(f"least is {least}; it must be at least 1")
    for fn in fns:
        fn()
    rounds: list[list[float]] = []
    end = time.perf_counter() + seconds
    while len(rounds) < least or time.perf_counter() < end:
        taken = []
        for fn in fns:
            start = now()
            fn()
            taken.append(now() - start)
        rounds.append(taken)
    return list(zip(*rounds, strict=True))


def _seconds(value: float) -> str:
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1:
            return format_quantity(value * factor, unit)
    return format_quantity(value * 1e9, "ns")
