"""``python -m lsdl_helpers calibrate``: measure what this machine can do, and keep it."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsdl_helpers.commands.numbers import duration, whole_number
from lsdl_helpers.commands.parser import BAD_INPUT, DONE, FAILED, Parser

if TYPE_CHECKING:
    import pandas as pd

    from lsdl_helpers.measure import Limits


def main(arguments: Sequence[str]) -> int:
    """Calibrate, print the machine and its limits, keep them for ``measure.limits()``.

    Returns:
        0; 1 if something cannot be measured; 2 for bad input. Both come with one line on stderr.

    >>> main(["--seconds", "0.1"])
    processor ...
    0
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in notebooks; torch reads it once
    try:
        run(options)
    except ValueError as error:
        return parser.complain(error, BAD_INPUT)
    except (OSError, RuntimeError) as error:  # of torch, or of one of two processes
        return parser.complain(error, FAILED)
    return DONE


def run(options: argparse.Namespace) -> None:
    """Calibrate as the options say, and print the results."""
    from lsdl_helpers.measure import calibrate, machine
    from lsdl_helpers.parallel.collectives import calibrate_parallel

    device = "cpu" if options.cpu else None
    print(machine(), flush=True)
    calibrations = [
        calibrate(device=device, seconds=options.seconds) for _ in range(options.repeat)
    ]
    print(calibrations[-1], flush=True)
    if options.output:
        save(calibrations[-1], options.output)
    print(f"between two processes: {calibrate_parallel()}")
    if len(calibrations) > 1:
        print(f"\n{spread(calibrations).to_string()}")


def save(limits: Limits, path: Path) -> None:
    """Write the limits as JSON; raise a ValueError if that fails."""
    try:
        path.write_text(json.dumps(limits.to_dict(), indent=1) + "\n")
    except OSError as error:
        raise ValueError(f"{path}: cannot be written: {error.strerror or error}") from None


def spread(calibrations: Sequence[Limits]) -> pd.DataFrame:
    """Return the spread of each limit over several calibrations: largest over smallest.

    >>> from lsdl_helpers.measure import limits
    >>> spread([limits(reference=True)] * 3).loc["float32, 1 thread", "largest / smallest"]
    limits: ...
    '1.00×'
    """
    import pandas as pd

    rows = {
        name: f"{max(values) / min(values):.2f}×"
        for name in _numbers(calibrations[0])
        if all(values := [_numbers(limits).get(name, 0.0) for limits in calibrations])
    }
    return pd.DataFrame({"largest / smallest": rows})


def _numbers(limits: Limits) -> dict[str, float]:
    peaks = {f"{name}, {n} thread{'s' * (n > 1)}": x for (name, n), x in limits.peaks.items()}
    copies = {f"copy, {size // 1024} KiB": rate for size, rate in limits.bandwidths}
    return {**peaks, **copies, "one layer": limits.overhead_s}


def _parser() -> Parser:
    parser = Parser(
        prog="python -m lsdl_helpers calibrate",
        description="Measure what this machine can do at best, in half a minute, and keep it.",
        epilog="Close other programs first: what they take is missing from the figures.",
    )
    parser.add_argument(
        "--repeat", type=whole_number(1, 20), default=1, help="calibrate so often (1)"
    )
    parser.add_argument("--seconds", type=duration, default=20.0, help="for one calibration (20)")
    parser.add_argument("--cpu", action="store_true", help="the CPU beside an accelerator")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the last one here too")
    return parser
