"""Training error by depth and learning rate, with shortcuts and without, on handwritten digits.

    python -m experiments.resnet

stores lsdl_helpers/data/results/resnet.json: errors in percent, a list of seeds each. Half an
hour of one core. With reproducible arithmetic, so that every x86 processor finds the same.
"""

import argparse
from datetime import date
from statistics import fmean
from typing import Any

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lsdl_helpers.data import digits, results
from lsdl_helpers.measure import machine
from lsdl_helpers.models import build
from lsdl_helpers.training import fit, random_batches

SETTINGS = {
    "width": 8,
    "batch_size": 32,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "error_over_steps": 20,  # the last ones, at the end of a cosine
    "seeds": [0, 1, 2, 3],
    "by_depth": {
        "steps": 600,
        "networks": [["plain", 20], ["plain", 56], ["residual", 20], ["residual", 56]],
        "learning_rates": [0.1, 0.03, 0.01, 0.003],
    },
    "longer": {"steps": 2400, "networks": [["plain", 56]], "learning_rates": [0.03]},
    "equal_steps": {  # every layer's gradient a tenth as long as its weights
        "steps": 600,
        "networks": [["plain", 20], ["plain", 56]],
        "learning_rates": [0.1, 0.03, 0.01, 0.003],
    },
    "at_110": {
        "steps": 200,
        "networks": [["v1", 110], ["preact", 110]],
        "learning_rates": [0.1, 0.03, 0.01],
    },
    # beyond the end of at_110 where each kind does best
    "v1_lower": {"steps": 200, "networks": [["v1", 110]], "learning_rates": [0.003]},
    "preact_higher": {"steps": 200, "networks": [["preact", 110]], "learning_rates": [0.3]},
    "shallow": {
        "steps": 200,
        "networks": [["v1", 20]],
        "learning_rates": [0.1, 0.03, 0.01, 0.003],
    },
}
PARTS = ("by_depth", "longer", "equal_steps", "at_110", "v1_lower", "preact_higher", "shallow")
OPTIONS = {
    "plain": {"residual": False},
    "residual": {},
    "v1": {},
    "preact": {"variant": "preact"},
}


def network(kind: str, depth: int, seed: int) -> nn.Module:
    """Return a network of a kind of ``OPTIONS`` with random weights."""
    torch.manual_seed(seed)
    made = build(f"resnet{depth}", width=SETTINGS["width"], in_channels=1, **OPTIONS[kind])
    return made.to(memory_format=torch.channels_last)


def equal_steps(optimizer: torch.optim.Optimizer, *_: Any) -> None:
    """Give every layer's gradient a tenth of the norm of its weights, before a step.

    After You et al. (2017), "Large batch training of convolutional networks".
    """
    for group in optimizer.param_groups:
        for weight in group["params"]:
            if weight.ndim > 1:  # biases and normalizations keep theirs
                weight.grad *= 0.1 * weight.norm() / weight.grad.norm()


def error(
    kind: str, depth: int, seed: int, steps: int, learning_rate: float, *, equal: bool = False
) -> float:
    """Return the training error, percent, at the end of a training."""
    model = network(kind, depth, seed)
    optimizer = torch.optim.SGD(
        model.parameters(),
        learning_rate,
        momentum=SETTINGS["momentum"],
        weight_decay=SETTINGS["weight_decay"],
    )
    if equal:
        optimizer.register_step_pre_hook(equal_steps)
    errors = []

    def loss(logits: Tensor, classes: Tensor) -> Tensor:
        errors.append((logits.argmax(1) != classes).float().mean().item())
        return F.cross_entropy(logits, classes)

    draw = random_batches(digits()[0], SETTINGS["batch_size"], torch.Generator().manual_seed(seed))
    fit(model, draw, loss, steps=steps, optimizer=optimizer)
    return round(100 * fmean(errors[-SETTINGS["error_over_steps"] :]), 4)


def errors(part: str) -> list[dict[str, Any]]:
    """Return a row for each network and learning rate of a part of the settings."""
    settings, rows = SETTINGS[part], []
    for kind, depth in settings["networks"]:
        for rate in settings["learning_rates"]:
            found = [
                error(kind, depth, seed, settings["steps"], rate, equal=part == "equal_steps")
                for seed in SETTINGS["seeds"]
            ]
            rows.append({"kind": kind, "layers": depth, "learning_rate": rate, "error": found})
            print(part, kind, depth, rate, found, flush=True)
    return rows


def main() -> None:
    """Run and store."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    parts = {part: errors(part) for part in PARTS}
    results.write(results.FOLDER / "resnet.json", {"settings": SETTINGS, "made": made, **parts})


if __name__ == "__main__":
    main()
