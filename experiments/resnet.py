"""Training error by depth, with shortcuts and without, of small networks on handwritten digits.

    python -m experiments.resnet

stores lsdl_helpers/data/results/resnet.json: errors in percent, a list of seeds each. Two
minutes of one core. With reproducible arithmetic, so that every x86 processor finds the same.
"""

import argparse
from datetime import date
from statistics import fmean
from typing import Any

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

import torch

from lsdl_helpers.data import digits, results
from lsdl_helpers.measure import machine
from lsdl_helpers.models import build
from lsdl_helpers.training import train_classifier

SETTINGS = {
    "width": 8,
    "batch_size": 32,
    "error_over_steps": 20,  # the last ones
    "by_depth": {"depths": [20, 56], "steps": 150, "learning_rate": 0.03, "seeds": [0, 1, 2]},
    "at_110": {
        "steps": 60,
        "seeds": [0, 1],
        "runs": [  # variant, learning rate
            ["v1", 0.1],
            ["preact", 0.1],
            ["v1", 0.01],
        ],
    },
}


def error(depth: int, seed: int, steps: int, learning_rate: float, **options: Any) -> float:
    """Return the training error, percent, of a network of these options of the registry."""
    torch.manual_seed(seed)
    network = build(f"resnet{depth}", width=SETTINGS["width"], in_channels=1, **options)
    network.to(memory_format=torch.channels_last)
    history = train_classifier(
        network, digits()[0], steps=steps, seed=seed,
        batch_size=SETTINGS["batch_size"], learning_rate=learning_rate)  # fmt: skip
    return round(100 * fmean(history.error[-SETTINGS["error_over_steps"] :]), 4)


def by_depth() -> list[dict[str, Any]]:
    """Return a row for each kind and depth."""
    settings = SETTINGS["by_depth"]
    return [
        {"kind": kind, "layers": depth, "error": [
            error(depth, seed, settings["steps"], settings["learning_rate"],
                  residual=kind == "residual") for seed in settings["seeds"]]}
        for kind in ("plain", "residual") for depth in settings["depths"]
    ]  # fmt: skip


def at_110() -> list[dict[str, Any]]:
    """Return a row for each variant and learning rate."""
    settings = SETTINGS["at_110"]
    return [
        {"variant": variant, "learning_rate": rate, "error": [
            error(110, seed, settings["steps"], rate, variant=variant)
            for seed in settings["seeds"]]}
        for variant, rate in settings["runs"]
    ]  # fmt: skip


def main() -> None:
    """Run and store."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    stored = {"settings": SETTINGS, "made": made, "by_depth": by_depth(), "at_110": at_110()}
    results.write(results.FOLDER / "resnet.json", stored)


if __name__ == "__main__":
    main()
