"""How far a ratio of two times repeats while two other programs keep the processor busy.

Two foreign processes compute all the while. The ratio of the same two functions is taken
ten times in each of three ways; printed are the smallest, the median and the largest, and the
largest deviation from the median.

    python benchmarks/timing.py
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from torch import nn

from lsdl_helpers.measure import compare

BUSY = "import torch; a = torch.rand(512, 512)\nwhile True: a @ a"
REPEATS = 10
SECONDS = 2.0  # for one ratio


def back_to_back(first: Callable[[], None], second: Callable[[], None]) -> float:
    """Time all calls of one function, then all of the other, by the wall clock."""

    def average(fn: Callable[[], None]) -> float:
        fn()
        start, calls = time.perf_counter(), 0
        while time.perf_counter() < start + SECONDS / 2:
            fn()
            calls += 1
        return (time.perf_counter() - start) / calls

    return average(first) / average(second)


def report(name: str, ratio: Callable[[], float]) -> None:
    """Print the median of several ratios, and the largest deviation from it."""
    ratios = [ratio() for _ in range(REPEATS)]
    median = statistics.median(ratios)
    farthest = max(abs(r / median - 1) for r in ratios)
    print(f"{name:38} {min(ratios):6.3f} {median:6.3f} {max(ratios):6.3f}   within {farthest:.1%}")


def main() -> None:
    """Start the foreign processes, take the ratios, end the processes."""
    torch.set_num_threads(1)
    x = torch.rand(1, 64, 28, 28)
    large, small = nn.Conv2d(64, 64, 7, padding=3), nn.Conv2d(64, 64, 3, padding=1)
    with torch.inference_mode():
        foreign = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
        try:
            time.sleep(10)  # until they have loaded torch
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            functions = {"large": lambda: large(x), "small": lambda: small(x)}
            for name, ratio in {
                "compare, one thread": lambda: compare(seconds=SECONDS, **functions).ratio,
                "back to back, wall clock, one thread": lambda: back_to_back(*functions.values()),
                "interleaved, wall clock, two threads": lambda: (
                    compare(threads=2, seconds=SECONDS, **functions).ratio
                ),
            }.items():
                report(name, ratio)
        finally:
            for process in foreign:
                process.kill()
                process.wait()


if __name__ == "__main__":
    main()
