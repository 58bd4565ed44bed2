"""Times of transfers and of a small network on an accelerator and on one thread of its CPU.

Stores them with their settings for the chapter on timing; half a minute, on a machine with an
accelerator.

    python -m experiments.accelerator [--seconds 0.4] [--out FILE]
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import torch
from torch import nn

from lsdl_helpers.commands.numbers import duration
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.data import results
from lsdl_helpers.measure import benchmark, machine

BATCHES = tuple(4**k for k in range(9))
TRANSFERS = (4096, 65_536, 262_144, 16_000_000, 64_000_000)


def network() -> nn.Module:
    """Build the network of the chapter, of width 256."""
    return nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10)
    )


def times(device: torch.device, seconds: float) -> dict[str, Any]:
    """Return seconds: of the network by batch, of an order, of transfers by bytes.

    The network's input is on the device already ("resident", and the answer stays), in ordinary
    memory or in pinned memory; "cpu" is the network on one thread of the CPU.
    """

    def taken(fn: Callable[[], Any], on: str | None = None) -> float:
        return benchmark(fn, device=on, seconds=seconds).median

    record: dict[str, Any] = {"cpu": {}, "resident": {}, "with transfers": {}, "pinned": {}}
    here, net = network(), network().to(device)
    for n in BATCHES:
        x = torch.rand(n, 64)
        resident, pinned = x.to(device), x.pin_memory()
        record["cpu"][str(n)] = taken(lambda x=x: here(x), on="cpu")
        record["resident"][str(n)] = taken(lambda x=resident: net(x))
        record["with transfers"][str(n)] = taken(lambda x=x: net(x.to(device)).cpu())
        record["pinned"][str(n)] = taken(lambda x=pinned: net(x.to(device)).cpu())
    tiny = torch.zeros(1, device=device)
    record["order"] = taken(lambda: [tiny.add_(1) for _ in range(100)]) / 100
    for name, pin in (("transfer", False), ("pinned transfer", True)):
        record[name] = {}
        for num_bytes in TRANSFERS:
            source = torch.ones(num_bytes // 4, pin_memory=pin)
            target = torch.ones(num_bytes // 4, device=device)
            record[name][str(num_bytes)] = taken(lambda s=source, t=target: t.copy_(s))
    return record


def main() -> None:
    """Read the options, run, store."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=duration, default=0.4, help="for one time (0.4)")
    default = results.FOLDER / "accelerator.json"
    parser.add_argument("--out", type=Path, default=default, help="file to write")
    options = parser.parse_args()
    device = torch.accelerator.current_accelerator(check_available=True)
    if device is None:
        raise SystemExit("there is no accelerator here, so there is nothing to record")
    torch.set_grad_enabled(False)
    settings = {
        "when": date.today().isoformat(),
        "machine": machine().describe(),
        "seconds": options.seconds,
    }
    results.write(options.out, {"settings": settings} | times(device, options.seconds))


if __name__ == "__main__":
    main()
