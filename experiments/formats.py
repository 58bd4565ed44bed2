"""Accuracy with weights stored in fixed point, by learning rate and fraction bits, of eight seeds.

    python experiments/formats.py [--out FILE]

stores lsdl_helpers/data/results/formats.json. A minute of one core.
"""

import argparse
import functools
from pathlib import Path

import torch

from lsdl_helpers.data import glyphs, results
from lsdl_helpers.hardware import FixedPoint, Recipe, accuracy, train

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
}


@functools.cache
def flat(n: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images (n, 256) and labels (n,)."""
    images, labels = glyphs(n, seed)
    return images.flatten(1), labels


def percents(fraction_bits: int | None, learning_rate: float, steps: int) -> list[float]:
    """Return the accuracies of the networks, trained in float32 without fraction bits."""
    recipe = Recipe()
    if fraction_bits is not None:
        recipe = Recipe(store=FixedPoint(SETTINGS["word_bits"], fraction_bits).round)
    networks = train(*flat(**SETTINGS["train"]), recipe=recipe, learning_rate=learning_rate,
                     steps=steps, num_seeds=SETTINGS["num_seeds"])  # fmt: skip
    return accuracy(networks, *flat(**SETTINGS["test"]), recipe=recipe).tolist()


def results_of(training: dict) -> dict:
    """Return a training with the accuracies, by what the weights are stored in."""
    learning_rate, steps = training["learning_rate"], training["steps"]
    stored = {"float32": None} | {str(f): f for f in training["fraction_bits"]}
    return training | {
        "percents": {name: percents(f, learning_rate, steps) for name, f in stored.items()}
    }


def main() -> None:
    """Read the options, run, store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = results.FOLDER / "formats.json"
    parser.add_argument("--out", type=Path, default=default, help="file to write")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [results_of(training) for training in SETTINGS["trainings"]]
    stored = {"settings": SETTINGS, "results": rows}
    results.write(options.out, stored)


if __name__ == "__main__":
    main()
