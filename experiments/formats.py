"""Accuracy of eight seeds with weights stored in few bits: by learning rate, format and rounding.

    python -m experiments.formats [--out FILE]

stores lsdl_helpers/data/results/formats.json. Eight minutes of one core. With reproducible
arithmetic, so that every x86 processor finds the same.
"""

import argparse
import functools
from datetime import date
from pathlib import Path

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

import torch

from lsdl_helpers.data import glyphs, results
from lsdl_helpers.hardware import Recipe, accuracy, scaled_cast, train_rounded
from lsdl_helpers.hardware.low_precision import Networks
from lsdl_helpers.measure import machine
from lsdl_helpers.numerics import BF16, FixedPoint

SETTINGS = {
    "train": {"n": 4000, "seed": 1},
    "test": {"n": 8000, "seed": 2},
    "word_bits": 16,
    "rounding": "nearest",
    "num_seeds": 8,
    "trainings": [  # rate times steps is the same, but for the last
        {"learning_rate": 0.8, "steps": 250, "fraction_bits": [6, 5, 4]},
        {"learning_rate": 0.2, "steps": 1000, "fraction_bits": [8, 7, 6]},
        {"learning_rate": 0.05, "steps": 4000, "fraction_bits": [10, 9, 8]},
        {"learning_rate": 0.05, "steps": 1000, "fraction_bits": [10, 9, 8]},
    ],
    "rounding_seed": 1,
    "nearest": {"learning_rate": 0.2, "steps": 1000, "fraction_bits": [8, 7, 6, 5]},
    "stochastic": {"learning_rate": 0.2, "steps": 1000, "fraction_bits": [8, 6, 4, 3]},
    "fp8": {"learning_rate": 0.2, "steps": 1000},
    "slow": [  # BF16, and f = 8; rate times steps as in the second training, or less
        {"learning_rate": 0.01, "steps": 1500, "stores": ["float32", "BF16", "stochastic"]},
        {"learning_rate": 0.2, "steps": 75, "stores": ["float32", "BF16", "8"]},
        {"learning_rate": 0.01, "steps": 20_000, "stores": ["float32", "BF16"]},
    ],
    "fp16": {  # of how many examples the loss is the mean, as far as rounding goes
        "learning_rate": 0.2, "steps": 1000, "examples": [2**6, 2**22, 2**24, 2**25],
    },
}  # fmt: skip


@functools.cache
def flat(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (n, 256) and labels (n,)."""
    images, labels = glyphs(n, seed)
    return images.flatten(1), labels


def trained(recipe: Recipe, learning_rate: float, steps: int) -> tuple[Networks, list[float]]:
    """Return the networks of all seeds, and their accuracies in percent."""
    networks = train_rounded(
        *flat(**SETTINGS["train"]), recipe=recipe, learning_rate=learning_rate, steps=steps,
        num_seeds=SETTINGS["num_seeds"])  # fmt: skip
    return networks, accuracy(networks, *flat(**SETTINGS["test"]), recipe=recipe).tolist()


def fixed_point_recipe(fraction_bits: int, rounding: str = "nearest") -> Recipe:
    """Return the recipe that stores weights in fixed point."""
    random = torch.Generator().manual_seed(SETTINGS["rounding_seed"])
    number = FixedPoint(SETTINGS["word_bits"], fraction_bits)
    return Recipe(store=lambda w: number.round(w, rounding=rounding, generator=random))


@functools.cache
def percents(
    fraction_bits: int | None, learning_rate: float, steps: int, rounding: str = "nearest"
) -> list[float]:
    """Return the accuracies of the networks, trained in float32 without fraction bits."""
    recipe = Recipe() if fraction_bits is None else fixed_point_recipe(fraction_bits, rounding)
    return trained(recipe, learning_rate, steps)[1]


def results_of(training: dict) -> dict:
    """Return a training with the accuracies, by what the weights are stored in."""
    learning_rate, steps = training["learning_rate"], training["steps"]
    stored = {"float32": None} | {str(f): f for f in training["fraction_bits"]}
    return training | {
        "percents": {name: percents(f, learning_rate, steps) for name, f in stored.items()}
    }


def by_rounding(rounding: str) -> dict[str, list[float]]:
    """Return the accuracies by fraction bits."""
    settings = SETTINGS[rounding]
    rate, steps = settings["learning_rate"], settings["steps"]
    return {str(f): percents(f, rate, steps, rounding) for f in settings["fraction_bits"]}


def fp8() -> dict[str, list[float]]:
    """Return the accuracies with FP8 and a master copy, and with weights stored in E4M3."""
    e4m3, e5m2 = scaled_cast(torch.float8_e4m3fn), scaled_cast(torch.float8_e5m2)
    rounded = {"weights": e4m3, "activations": e4m3, "gradients": e5m2}
    return {
        "master copy": trained(Recipe(**rounded), **SETTINGS["fp8"])[1],
        "stored": trained(Recipe(**rounded, store=e4m3), **SETTINGS["fp8"])[1],
    }


def largest_weights(networks: Networks) -> list[float]:
    """Return the largest magnitude in the first layer of each network."""
    return networks.first.abs().amax((1, 2)).tolist()


def slow(training: dict) -> dict:
    """Return a training with its accuracies and its largest weights, by what stores weights."""
    random = torch.Generator().manual_seed(SETTINGS["rounding_seed"])
    stores = {
        "float32": Recipe(),
        "BF16": Recipe(store=lambda w: w.bfloat16().float()),
        "stochastic": Recipe(lambda w: BF16.round(w, rounding="stochastic", generator=random)),
        "8": fixed_point_recipe(8),
    }
    percents, largest = {}, {}
    for name in training["stores"]:
        networks, percents[name] = trained(
            stores[name], training["learning_rate"], training["steps"]
        )
        largest[name] = largest_weights(networks)
    return training | {"percents": percents, "largest weight": largest}


def fp16(examples: int) -> list[float]:
    """Return the accuracies with error signals in FP16, as small as the mean makes them."""
    training = {k: v for k, v in SETTINGS["fp16"].items() if k != "examples"}
    size = SETTINGS["fp16"]["examples"][0] / examples  # exact: a power of two
    rounded = Recipe(gradients=lambda g: (g * size).half().float() / size)
    return trained(rounded, **training)[1]


def main() -> None:
    """Read the options, run, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = results.FOLDER / "formats.json"
    parser.add_argument("--out", type=Path, default=default, help="file to write")
    options = parser.parse_args()
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    rows = [results_of(training) for training in SETTINGS["trainings"]]
    stored = {"settings": SETTINGS, "made": made, "results": rows,
              "nearest": by_rounding("nearest"), "stochastic": by_rounding("stochastic"),
              "fp8": fp8(), "slow": list(map(slow, SETTINGS["slow"])),
              "fp16": {str(n): fp16(n) for n in SETTINGS["fp16"]["examples"]}}  # fmt: skip
    results.write(options.out, stored)


if __name__ == "__main__":
    main()
