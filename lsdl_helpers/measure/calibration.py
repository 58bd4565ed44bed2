"""The limits of this machine: from its calibration, measured quickly, or of a reference machine."""

import json
from dataclasses import replace
from importlib import resources

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.measure.calibration_file import (
    calibration_path,
    read_calibration,
    save_calibration,
)
from lsdl_helpers.measure.machine import processor_name
from lsdl_helpers.measure.machine_limits import Limits
from lsdl_helpers.measure.microbenchmarks import WORKING_SETS, device_kind, measure_limits

CALIBRATE = "python -m lsdl_helpers calibrate"
_quick: dict[str, Limits] = {}  # by device, for as long as the process lives


def limits(*, device: str | None = None, reference: bool = False) -> Limits:
    """Return the limits of this machine, and print one line: the two most used, and their origin.

    Its calibration, if there is one; else a quick one, of at most 5 s, which lasts until the
    kernel ends; else, or if asked for, those of the recorded reference machine.

    Args:
        device: "cpu" where an accelerator is present and not meant.
        reference: take the reference machine's, so that everybody has the same numbers.

    Raises:
        ValueError: for another device.

    >>> limits(reference=True).source
    limits: ... GFLOP/s and ... GB/s with one thread, those of the reference machine, ...
    'reference'
    """
    kind = device_kind(device)
    result = _reference() if reference else _calibrated(kind) or _quickly(kind)
    origin = {
        "calibrated": f"calibrated on {result.when[:10]}",
        "quick": f"quick calibration, rough; {CALIBRATE} takes half a minute and is kept",
        "reference": f"those of the reference machine, {result.when[:10]}",
    }[result.source]
    where = f"{result.device} of {processor_name(result.machine)}"
    print(f"limits: {_rates(result)}, {origin}, {where}")
    return result


def calibrate(*, device: str | None = None, seconds: float = 20.0) -> Limits:
    """Measure the limits of this machine, in at most half a minute, and save them.

    From then on :func:`limits` returns them. Other work on the machine makes them worse than
    they are; the best of several samples is taken of each.

    Args:
        device: as for :func:`limits`.
        seconds: for all timings together.

    >>> calibrate(seconds=0.1).source
    'calibrated'
    """
    measured = measure_limits(device=device, seconds=seconds)
    save_calibration(measured.device, measured.to_dict())
    return measured


def _rates(limits: Limits) -> str:
    """Return the peak of float32 and the bandwidth of memory, for people."""
    rates = (limits.peak() / 1e9, "GFLOP/s"), (limits.bandwidths[-1][1] / 1e9, "GB/s")
    text = " and ".join(format_quantity(*rate) for rate in rates)
    return f"{text} with one thread" if limits.device == "cpu" else text


def _reference() -> Limits:
    text = resources.files("lsdl_helpers.measure").joinpath("reference.json").read_text("utf-8")
    return replace(Limits.from_dict(json.loads(text)), source="reference")


def _calibrated(kind: str) -> Limits | None:
    content = read_calibration()
    if kind not in content:
        return None
    try:
        return replace(Limits.from_dict(content[kind]), parallel=content.get("parallel"))
    except ValueError as error:
        print(f"{calibration_path()}: {kind} is ignored: {error}")
        return None


def _quickly(kind: str) -> Limits:
    if kind not in _quick:
        try:
            _quick[kind] = measure_limits(
                seconds=3.0,
                device="cpu" if kind == "cpu" else None,
                working_sets=WORKING_SETS[::2],
                source="quick",
            )
        except (RuntimeError, MemoryError) as error:
            print(f"the quick calibration failed: {' '.join(str(error).split())}")
            return _reference()
    return _quick[kind]
