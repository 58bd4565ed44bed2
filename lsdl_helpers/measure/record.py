"""Where the limits of this machine come from: kept from before, measured now, or recorded."""

import json
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from lsdl_helpers.measure.calibration import WORKING_SETS, device_kind, measure_limits
from lsdl_helpers.measure.ledger_store import StoreError, locked, user_folder, write_whole
from lsdl_helpers.measure.limits import Limits, from_json, to_json
from lsdl_helpers.measure.machine import machine

CALIBRATE = "python -m lsdl_helpers calibrate"
_quick: dict[str, Limits] = {}  # measured once in a process, and not kept


def limits(*, device: str | None = None, reference: bool = False) -> Limits:
    """Return the limits of this machine, and print one line that says where they come from.

    Its calibration, if there is one; else a quick one, of at most 5 s, which lasts until the
    kernel ends; else, or if asked for, those of the recorded reference machine.

    Args:
        device: "cpu" where an accelerator is present and not meant.
        reference: take the reference machine's, so that everybody has the same numbers.

    Raises:
        ValueError: for another device.

    >>> limits(reference=True).source
    limits: those of the reference machine, 2026-11-25, cpu of AMD EPYC
    'reference'
    """
    kind = device_kind(device)
    found = _reference() if reference else _kept(kind) or _measured_quickly(kind)
    said = {
        "calibrated": f"calibrated on {found.when[:10]}",
        "quick": f"quick calibration, rough; {CALIBRATE} takes half a minute and is kept",
        "reference": f"those of the reference machine, {found.when[:10]}",
    }[found.source]
    print(f"limits: {said}, {found.device} of {found.machine.get('processor', 'unknown')}")
    return found


def calibrate(*, device: str | None = None, seconds: float = 20.0) -> Limits:
    """Measure the limits of this machine, in at most half a minute, and keep them.

    :func:`limits` finds them from then on. Other work on the machine makes them worse than
    they are; the best of several samples is taken of each.

    Args:
        device: as for :func:`limits`.
        seconds: for all timings together.

    >>> calibrate(seconds=0.1).source
    'calibrated'
    """
    measured = measure_limits(device=device, seconds=seconds)
    keep(measured.device, to_json(measured))
    return measured


def keep(part: str, value: dict[str, Any]) -> None:
    """Call :func:`update`, and where the file cannot be written say so and go on."""
    try:
        update(part, value)
    except StoreError as error:
        print(f"the calibration is not kept: {error}")


def record_path() -> Path:
    """Return the file of this machine, in the reader's own folder; ``LSDL_HOME`` moves it.

    Raises:
        StoreError: if the reader has no such folder.

    >>> record_path().name
    'machine-...json'
    """
    return user_folder() / f"machine-{machine().key}.json"


def read_record() -> dict[str, Any]:
    """Return what is kept about this machine, by device and "parallel".

    A file that cannot be read is said and ignored.
    """
    try:
        path = record_path()
    except StoreError as error:
        print(f"limits are not kept: {error}")
        return {}
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(record, dict):
            raise ValueError("it is no record")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        print(f"{path}: ignored: {' '.join(str(error).split())}")
        return {}
    return record


def update(part: str, value: dict[str, Any]) -> None:
    """Keep one part of this machine's record, e.g. "cpu" or "parallel", beside the others.

    The file is locked meanwhile and replaced whole, so that no reader sees half of it, and of
    two processes that write at once neither loses the other's part.

    Raises:
        StoreError: if the file cannot be written.
    """
    path = record_path()
    with locked(path):
        record = {**read_record(), part: value}
        write_whole(path, json.dumps(record, indent=1))


def _reference() -> Limits:
    text = resources.files("lsdl_helpers.measure").joinpath("reference.json").read_text("utf-8")
    return replace(from_json(json.loads(text)), source="reference")


def _kept(kind: str) -> Limits | None:
    record = read_record()
    if kind not in record:
        return None
    try:
        return replace(from_json(record[kind]), parallel=record.get("parallel"))
    except ValueError as error:
        print(f"{record_path()}: {kind} is ignored: {error}")
        return None


def _measured_quickly(kind: str) -> Limits:
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
