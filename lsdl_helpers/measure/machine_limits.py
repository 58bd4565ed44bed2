"""What a machine can do at best: peak rates, bandwidth by working set, launch overhead."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from lsdl_helpers.measure.machine import processor_name

if TYPE_CHECKING:
    import pandas as pd

SOURCES = ("calibrated", "quick", "reference")
VERSION = 2  # of the JSON form; in 1 a peak was that of the matrix product alone


@dataclass(frozen=True)
class Limits:
    """The best rates that torch reaches on one device of one machine.

    Attributes:
        peaks: FLOP/s by dtype and CPU threads, e.g. ("float32", 1), the best of torch's matrix
            products and convolutions; int8 counts its integer operations. An accelerator has
            one "thread".
        bandwidths: pairs of working set in bytes and bytes/s, the smaller set first: a copy by
            one thread, bytes read and written both counted.
        overhead_s: seconds that a layer takes which has next to nothing to do.
        left_out: why a dtype has no peak.
        routines: which routine reached each peak, e.g. "3x3 convolution".
        source: "calibrated", "quick" or "reference".
        when: the date, ISO 8601.
        device: "cpu", "cuda", …
        machine: where, by :meth:`~lsdl_helpers.measure.machine.Machine.describe`.
        parallel: latency and bandwidth between processes, where they have been calibrated.
    """

    peaks: dict[tuple[str, int], float]
    bandwidths: tuple[tuple[int, float], ...]
    overhead_s: float
    source: str
    when: str
    device: str
    machine: dict[str, str]
    left_out: dict[str, str] = field(default_factory=dict)
    routines: dict[tuple[str, int], str] = field(default_factory=dict)
    parallel: dict[str, Any] | None = None

    def peak(self, dtype: str | torch.dtype = "float32", threads: int = 1) -> float:
        """Return the best FLOP/s of the routines that the book's pages use.

        They are torch's matrix products and convolutions
        (:mod:`~lsdl_helpers.measure.routines`): no layer of a page is faster. FLOPs are those
        of the definition, also where a routine needs fewer.

        Raises:
            ValueError: if it was not measured for that dtype and number of threads.
        """
        name = str(dtype).removeprefix("torch.")
        if (name, threads) in self.peaks:
            return self.peaks[name, threads]
        if name in self.left_out:
            raise ValueError(f"there is no peak for {name}: {self.left_out[name]}")
        measured = ", ".join(f"{name} with {number}" for name, number in self.peaks)
        raise ValueError(f"no peak is known for {name} with {threads} threads; known: {measured}")

    def bandwidth(self, num_bytes: float) -> float:
        """Return the bytes/s at which a working set of so many bytes is read and written.

        Between measured sizes it is interpolated on logarithmic axes; beyond, the nearest.

        Raises:
            ValueError: if there are no bytes.
        """
        if num_bytes <= 0:
            raise ValueError(f"num_bytes is {num_bytes}; it must be above 0")
        sizes, rates = np.log(np.array(self.bandwidths, dtype=float)).T
        return float(np.exp(np.interp(np.log(num_bytes), sizes, rates)))

    @property
    def cache_bytes(self) -> int:
        """The largest working set with 1.5 times the bandwidth of memory; 0 if there is none."""
        memory = self.bandwidths[-1][1]
        return max((size for size, rate in self.bandwidths if rate >= 1.5 * memory), default=0)

    @property
    def cache_steps(self) -> tuple[int, ...]:
        """The working sets in bytes after which the bandwidth falls, by a fifth or more."""
        falls = [high < 0.8 * low for (_, low), (_, high) in pairwise(self.bandwidths)]
        starts = [now and not before for before, now in pairwise([False, *falls])]
        sizes = [size for size, _ in self.bandwidths]
        return tuple(size for size, start in zip(sizes, starts, strict=False) if start)

    def balance(self, dtype: str | torch.dtype = "float32", threads: int = 1) -> float:
        """Return the FLOPs per byte of memory traffic above which arithmetic is the limit."""
        return self.peak(dtype, threads) / self.bandwidths[-1][1]

    def roofs(self, threads: int = 1) -> dict[str, dict[str, float]]:
        """Return the roofs by name, as :func:`lsdl_helpers.plots.roofline` takes them."""
        peaks = {name: rate for (name, number), rate in self.peaks.items() if number == threads}
        bandwidths = {"memory": self.bandwidths[-1][1]}
        if self.cache_bytes:
            bandwidths["cache"] = self.bandwidth(self.cache_bytes / 2)
        return {"peaks": peaks, "bandwidths": bandwidths}

    def table(self) -> pd.DataFrame:
        """Return all values as text, a row each."""
        import pandas as pd

        rows = {}
        for (name, number), rate in self.peaks.items():
            routine = self.routines.get((name, number))
            reached_by = f" ({routine})" if routine else ""
            row = f"{name}, {number} thread{'s' * (number > 1)}"
            rows[row] = f"{rate / 1e9:,.0f} GFLOP/s{reached_by}"
        rows |= {name: f"left out: {reason}" for name, reason in self.left_out.items()}
        rows |= {f"copy, {_size(n)}": f"{rate / 1e9:,.1f} GB/s" for n, rate in self.bandwidths}
        rows["steps after"] = ", ".join(map(_size, self.cache_steps)) or "none seen"
        rows["cache"] = _size(self.cache_bytes) if self.cache_bytes else "none seen"
        rows["one layer"] = f"{self.overhead_s * 1e6:.2f} µs"
        return pd.DataFrame({"limit": rows})

    def to_dict(self) -> dict[str, Any]:
        """Return the values as :meth:`from_dict` takes them, of types that JSON has."""
        peaks = [[*key, rate, self.routines.get(key, "")] for key, rate in self.peaks.items()]
        others = asdict(replace(self, peaks={}, routines={}))
        del others["routines"]
        return {"version": VERSION, **others, "peaks": peaks}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Limits:
        """Make limits of what :meth:`to_dict` returned, also by way of JSON.

        Raises:
            ValueError: if it is of another version, or not such a dictionary.
        """
        if not isinstance(stored, dict) or stored.get("version") != VERSION:
            raise ValueError(f"it is not of version {VERSION}")
        values = {name: stored[name] for name in cls.__annotations__ if name in stored}
        try:
            peaks = {(name, n): (float(rate), by) for name, n, rate, by in values["peaks"]}
            values["peaks"] = {key: rate for key, (rate, _) in peaks.items()}
            values["routines"] = {key: by for key, (_, by) in peaks.items() if by}
            values["bandwidths"] = tuple((int(n), float(rate)) for n, rate in values["bandwidths"])
            if values["source"] not in SOURCES or not values["bandwidths"]:
                num_bandwidths = len(values["bandwidths"])
                raise ValueError(f"source {values['source']!r}, {num_bandwidths} bandwidths")
            _require_valid(values)
            return cls(**values)
        except (KeyError, AttributeError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"it is not a record of limits: {error!r}") from None

    def __repr__(self) -> str:
        where = f"{self.device} of {processor_name(self.machine)}"
        return f"{self.source}, {self.when}, {where}\n{self.table().to_string()}"


def _require_valid(values: dict[str, Any]) -> None:
    """Raise a ValueError for a number that is not above 0, or what is not text."""
    names, threads = zip(*values["peaks"], strict=True)
    numbers = chain(threads, values["peaks"].values(), *values["bandwidths"])
    for number in (*numbers, values["overhead_s"]):
        if not 0 < number < math.inf:
            raise ValueError(f"{number} is no rate, no size and no time")
    named = chain(*values["machine"].items(), *values.get("left_out", {}).items())
    for text in (*names, *named, *values["routines"].values(), values["when"], values["device"]):
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is not text")


def _size(num_bytes: int) -> str:
    for factor, unit in ((2**20, "MiB"), (2**10, "KiB")):
        if num_bytes >= factor:
            return f"{num_bytes / factor:,.0f} {unit}"
    return f"{num_bytes} B"
