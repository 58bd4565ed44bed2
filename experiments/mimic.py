"""Compress an ensemble into one small network, on points of many kinds.

    python -m experiments.mimic --seeds 0 1 2 3 4

Everything of a seed is made anew but the test pictures. A seed takes about a minute and a half
and is stored when it is done; run again, the script computes only what is missing. Nothing was
chosen on these seeds or on the test pictures: the settings come from seeds from 100 on and from
other pictures.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor, nn

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.compression import (
    SAMPLERS,
    Ensemble,
    answers,
    convolutional,
    match,
    perceptron,
    train_ensemble,
    train_network,
)
from lsdl_helpers.data import glyphs, results
from lsdl_helpers.training import error_rate

SETTINGS = {
    "labels": 500, "points": 10_000, "test": 8000, "shift": 0.12, "members": 16,
    "teacher_steps": 700, "student_steps": 2500, "test_seed": 900_000,
}  # fmt: skip


def one_seed(seed: int, settings: dict) -> dict[str, float]:
    """Return the percentage of right test answers of every network, by name."""
    x, y = labeled(seed, settings)
    teacher = teacher_of(x, y, seed, settings)
    models = {f"ensemble of {k}": Ensemble(teacher.members[:k])
              for k in (1, 2, 4, 8, 16) if k <= settings["members"]}  # fmt: skip
    models["labels"] = train_network(new(perceptron, seed), x, y, seed=seed)
    pools = points(x, seed, settings)
    targets = {name: answers(teacher, pool) for name, pool in pools.items()}
    for name, classes in controls(y, targets).items():
        pools[name], targets[name] = pools[name.split(",")[0]], classes
    for name, pool in pools.items():
        models[name] = match(new(perceptron, seed), pool, targets[name],
                             steps=settings["student_steps"], seed=seed)  # fmt: skip
    test = glyphs(settings["test"], seed=settings["test_seed"], shift=settings["shift"])
    return {name: round(100 * (1 - error_rate(model, test)), 4) for name, model in models.items()}


def labeled(seed: int, settings: dict) -> tuple[Tensor, Tensor]:
    """Return the pictures with labels, and the labels."""
    return glyphs(settings["labels"], seed=seed, shift=settings["shift"])


def teacher_of(x: Tensor, y: Tensor, seed: int, settings: dict) -> Ensemble:
    """Train the ensemble."""
    return train_ensemble(lambda: convolutional(dropout=0.5), x, y, seed=seed,
                          num_members=settings["members"],
                          steps=settings["teacher_steps"])  # fmt: skip


def new(build: Callable[[], nn.Module], seed: int) -> nn.Module:
    """Build a network whose first weights depend on the seed alone."""
    torch.manual_seed(seed)
    return build()


def points(x: Tensor, seed: int, settings: dict) -> dict[str, Tensor]:
    """Return the pictures with labels, followed by points of each kind."""
    n = settings["points"]
    pools = {name: sampler(x, n, seed) for name, sampler in SAMPLERS.items()}
    pools["real"], _ = glyphs(n, seed=100_000 + seed, shift=settings["shift"])
    pools["original"] = x[:0]
    return {name: torch.cat([x, pool]) for name, pool in pools.items()}


def controls(y: Tensor, targets: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return classes in place of probabilities: those of the pictures, and the teacher's."""
    true = y[torch.arange(len(targets["noise"])) % len(y)]  # a sampler's point k is of picture k
    return {"noise, true labels": true,
            "noise, teacher's labels": targets["noise"].argmax(-1),
            "distorted, true labels": true,
            "distorted, teacher's labels": targets["distorted"].argmax(-1)}  # fmt: skip


def store_each(
    one_seed: Callable[[int, dict], dict], seeds: Iterable[int], settings: dict, out: Path
) -> None:
    """Run the seeds that are not stored yet, and store each with the settings when it is done."""
    torch.set_num_threads(1)
    stored = json.loads(out.read_text()) if out.exists() else {}
    done = stored.get("seeds", {}) if stored.get("settings") == settings else {}
    for seed in map(str, seeds):
        if seed not in done:
            done[seed] = one_seed(int(seed), settings)
            results.write(out, {"settings": settings, "seeds": done})
            print(f"seed {seed}: {done[seed]}", flush=True)


if __name__ == "__main__":
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=whole_number(0), nargs="+", default=list(range(5)))
    parser.add_argument("--out", type=Path, default=results.FOLDER / "mimic.json")
    arguments = parser.parse_args()
    store_each(one_seed, arguments.seeds, SETTINGS, arguments.out)
