"""Times of all rungs of the ladder: measured here, or recorded on another machine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch

from lsdl_helpers.cpu.kernels import LADDER, Kernels, NoCompiler, compile_kernels, pack, pad
from lsdl_helpers.cpu.speech import SPEECH_WIDTHS
from lsdl_helpers.data import results
from lsdl_helpers.measure import benchmark

# By memory level, the widths of the layers whose products are timed: 64 rows of a hidden layer
# stay in the cache of a core, the weights of the speech network come from memory.
LEVELS = {"cache": (2000, 64), "memory": SPEECH_WIDTHS}
REPEATS = {"cache": 20, "memory": 1}  # in one call


@dataclass(frozen=True)
class LadderTimes:
    """Seconds by rung, and where they come from: "measured here", or which record and why."""

    seconds: dict[str, float]
    source: str

    def speedup(self, rung: str, baseline: str = "SSE float") -> float:
        """Return how many times faster a rung is than the baseline."""
        return self.seconds[baseline] / self.seconds[rung]


def ladder_times(level: str, batch: int, *, seconds: float = 0.2) -> LadderTimes:
    """Time the products of a layer in the cache or of the speech network, one thread.

    Sigmoids and the quantizing of inputs are left out. If no compiler gives a library that loads,
    or the processor lacks the instructions of one rung, all times are the recorded ones of one
    machine, and ``source`` says why.

    Args:
        level: of memory that holds the weights, "cache" or "memory".
        batch: inputs at a time; for the record 1, 4 or 8.
        seconds: for each rung.

    Raises:
        ValueError: for another level, or a batch that is not recorded where the record is needed.

    >>> list(ladder_times("cache", 8, seconds=0.01).seconds)[:2]
    ['scalar float', 'scalar int8']
    """
    if level not in LEVELS:
        raise ValueError(f"level={level!r}; allowed: {', '.join(LEVELS)}")
    try:
        kernels = compile_kernels()
    except NoCompiler as error:
        return _recorded(level, batch, str(error))
    missing = [name for name in LADDER if name not in kernels.available]
    if missing:
        return _recorded(level, batch, f"this processor lacks {', '.join(missing)}")
    return LadderTimes(measure_ladder(kernels, level, batch, seconds), "measured here")


def measure_ladder(kernels: Kernels, level: str, batch: int, seconds: float) -> dict[str, float]:
    """Return the median seconds of every rung that is available; arguments as above."""
    return {name: _time(kernels, name, level, batch, seconds) for name in kernels.available}


def _time(kernels: Kernels, name: str, level: str, batch: int, seconds: float) -> float:
    floats = LADDER[name].dtype == torch.float32
    layers = []
    for columns, rows in pairwise(LEVELS[level]):
        x = pad(torch.ones(batch, columns, dtype=torch.float32 if floats else torch.uint8))
        weights = pack(torch.ones(rows, columns, dtype=LADDER[name].dtype))
        layers.append((weights, x, kernels.product(name, weights, x)))

    def run() -> None:
        for weights, x, out in layers:
            kernels.product(name, weights, x, out=out, repeats=REPEATS[level])

    return benchmark(run, seconds=seconds, least=3, device="cpu").median / REPEATS[level]


def _recorded(level: str, batch: int, reason: str) -> LadderTimes:
    stored = results.load("int8")
    recorded = stored["ladder"][level]
    if str(batch) not in recorded:
        raise ValueError(f"{reason}; and batch {batch} is not recorded, only {', '.join(recorded)}")
    processor, when = stored["settings"]["machine"]["processor"], stored["settings"]["when"]
    return LadderTimes(recorded[str(batch)], f"recorded on {processor}, {when}: {reason}")
