"""Microbenchmarks: peak rates, bandwidths and overhead, timed with torch's own operations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import torch
from torch import nn

from lsdl_helpers.measure.machine import UNKNOWN, machine
from lsdl_helpers.measure.machine_limits import Limits
from lsdl_helpers.measure.routines import routines
from lsdl_helpers.measure.timing import benchmark

DTYPES = ("float32", "bfloat16", "int8")
WORKING_SETS = tuple(2**k for k in range(14, 29))  # 16 KiB to 256 MiB
LEAST = 3  # samples


def measure_limits(
    *,
    seconds: float = 20.0,
    device: str | None = None,
    working_sets: tuple[int, ...] = WORKING_SETS,
    source: str = "calibrated",
) -> Limits:
    """Measure peak rates, bandwidths and overhead, each the best of several samples.

    A peak is the best rate of all routines that the book's pages use
    (:mod:`lsdl_helpers.measure.routines`).

    Args:
        seconds: for all together; what would not fit into its share of them is left out.
        device: "cpu" where an accelerator is present and not meant.
        working_sets: bytes of what is copied and where to, together.
        source: what the record says of itself.

    >>> measure_limits(seconds=0.1, working_sets=(2**20,)).bandwidth(2**20) > 0  # bytes/s
    True
    """
    kind = device_kind(device)
    here = machine()
    multicore = kind == "cpu" and here.cores.value != UNKNOWN
    threads = sorted({1, here.cores.value}) if multicore else [1]
    num_routines = sum(len(routines(name, kind)) for name in DTYPES)
    share = seconds / (num_routines * len(threads) + len(working_sets) + 2)
    # An accelerator copies while the next order is given: there is nothing to take off.
    copy_overhead = _copy_overhead(share) if kind == "cpu" else 0.0
    peaks, reached_by, left_out = {}, {}, {}
    for name in DTYPES:
        for number in threads:
            try:
                found = _peak(name, number, kind, share)
                peaks[name, number], reached_by[name, number] = found
            except (RuntimeError, AttributeError) as error:
                left_out[name] = " ".join(str(error).split())[:100]
    bandwidths = [(n, _bandwidth(n, kind, share, copy_overhead)) for n in sorted(working_sets)]
    return Limits(
        peaks=peaks,
        bandwidths=tuple(bandwidths),
        overhead_s=_overhead(kind, share),
        source=source,
        when=datetime.now().isoformat(timespec="minutes"),
        device=kind,
        machine=here.describe(),
        left_out=left_out,
        routines=reached_by,
    )


def device_kind(device: str | None) -> str:
    """Return "cpu", or the type of the machine's accelerator if it has one and None is given.

    Raises:
        ValueError: for any other device.

    >>> device_kind("cpu")
    'cpu'
    """
    if device not in (None, "cpu"):
        raise ValueError(f"device is {device!r}; it must be 'cpu', or None for the machine's own")
    if device is None and torch.accelerator.is_available():
        return torch.accelerator.current_accelerator().type
    return "cpu"


def _best(fn: Callable[[], Any], kind: str, share: float, threads: int = 1) -> float:
    """Return the seconds of the fastest call; short ones are timed by the hundred."""
    device = "cpu" if kind == "cpu" else None
    once = min(benchmark(fn, threads=threads, seconds=0, least=LEAST, device=device).samples)
    calls = max(1, min(1000, int(1e-3 / max(once, 1e-6))))
    if once * (LEAST + 1) > share:
        return once

    def repeat() -> None:
        for _ in range(calls):
            fn()

    timed = benchmark(repeat, threads=threads, seconds=share, least=LEAST, device=device)
    return min(timed.samples) / calls


def _peak(name: str, threads: int, kind: str, share: float) -> tuple[float, str]:
    """Return the best FLOP/s over the routines, and whose it is; none that takes too long.

    Raises:
        RuntimeError, AttributeError: of the first routine, if this torch can run none.
    """
    best, errors = (0.0, ""), []
    for routine in routines(name, kind):
        if best[0] and routine.flops / best[0] * (LEAST + 1) > share:
            continue
        try:
            seconds = _best(routine.prepare(), kind, share, threads)
        except (RuntimeError, AttributeError) as error:
            errors.append(error)
            continue
        best = max(best, (routine.flops / seconds, routine.name))
    if not best[0]:
        raise errors[0]
    return best


def _copy_overhead(share: float) -> float:
    source, target = torch.ones(2, 1)
    return _best(lambda: target.copy_(source), "cpu", share)


def _overhead(kind: str, share: float) -> float:
    """Return the seconds of a layer of one weight: what each operation costs besides its work."""
    layer = nn.utils.skip_init(nn.Linear, 1, 1, device=kind)  # random numbers stay as they are
    x = torch.ones(1, 1, device=kind)
    with torch.inference_mode():
        return _best(lambda: layer(x), kind, share)


def _bandwidth(working_set: int, kind: str, share: float, overhead: float) -> float:
    """Return the bytes/s of a copy, bytes read and written, without the operation's overhead."""
    source, target = torch.ones(2, working_set // 8, device=kind)
    seconds = _best(lambda: target.copy_(source), kind, share)
    # In the smallest sets it is the difference of two times that are nearly equal.
    return working_set / max(seconds - overhead, 0.05 * seconds)
