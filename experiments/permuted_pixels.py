"""What a convolution assumes: the test error of networks on digits with permuted pixels.

    python -m experiments.permuted_pixels

stores lsdl_helpers/data/results/permuted_pixels.json: a row for each training. Two rows of one
seed have the same pictures, batches and, for one network, the same first weights: they are a
pair. Seven minutes of one core. With reproducible arithmetic, so that every x86 processor finds
the same. The rate was chosen on seeds 100 to 102, with other test pictures.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

import torch
from torch import Tensor, nn

from lsdl_helpers.compression import perceptron
from lsdl_helpers.data import results
from lsdl_helpers.large import (
    LocallyConnected,
    block_permutation,
    one_convolution,
    permute_weights,
    permuted_error,
)
from lsdl_helpers.measure import machine

PLAIN_AND_PERMUTED = ["plain", "1"]
ALL = ["plain", "mirrored", "shifted", "8", "4", "2", "1"]  # numbers: sides of shuffled blocks
STANDARD = {"num_pictures": 1000, "steps": 300, "learning_rate": 0.2}
SETTINGS = {
    "seeds": 20,
    "standard": STANDARD,
    "runs": [
        {"network": "convolution", "pixels": ALL},
        {"network": "dense", "pixels": ALL},
        # the same networks again, if their weights move with the pixels
        {"network": "convolution, moved weights", "pixels": ["mirrored"], "seeds": 10},
        {"network": "dense, moved weights", "pixels": ["1"], "seeds": 10},
        # trained on plain pictures
        {"network": "convolution", "pixels": ["plain"], "tested_on": "1", "seeds": 10},
        {"network": "dense", "pixels": ["plain"], "tested_on": "1", "seeds": 10},
        # which part of the convolution
        {"network": "no pooling", "pixels": PLAIN_AND_PERMUTED, "seeds": 10},
        {"network": "unshared", "pixels": PLAIN_AND_PERMUTED, "seeds": 10},
        # whether the conclusion hangs on width, rate, steps or pictures
        {"network": "wide dense", "pixels": PLAIN_AND_PERMUTED, "seeds": 10},
        *(
            {"network": network, "pixels": PLAIN_AND_PERMUTED, "seeds": 10, **change}
            for change in (
                {"learning_rate": 0.05}, {"learning_rate": 0.1}, {"learning_rate": 0.4},
                {"num_pictures": 250, "steps": 1200}, {"steps": 1200},
                {"num_pictures": 4000, "steps": 1200},
            )
            for network in ("convolution", "dense")
        ),
    ],
}  # fmt: skip


def unshared() -> nn.Sequential:
    """Build the convolution's network with weights of their own at each position."""
    return nn.Sequential(LocallyConnected(1, 16, 16), *one_convolution()[1:])


NETWORKS = {
    "convolution": one_convolution,
    "dense": partial(perceptron, 39),
    "wide dense": partial(perceptron, 256),
    "no pooling": partial(one_convolution, pool=False),
    "unshared": unshared,
}


def permutation_of(pixels: str, seed: int) -> Tensor:
    """Return a permutation by its name in the settings."""
    plain = torch.arange(256).view(16, 16)
    kept = {"plain": plain, "mirrored": plain.flip(1), "shifted": plain.roll((8, 8), (0, 1))}
    return kept[pixels].flatten() if pixels in kept else block_permutation(int(pixels), seed)


def mirrored_convolution() -> nn.Sequential:
    """Build the convolution's network with its first weights where mirrored pictures need them."""
    network = one_convolution()
    first, last = network[0].weight, network[-1].weight
    first.data = first.data.flip(3)
    last.data = last.data.view(10, 16, 8, 8).flip(3).flatten(1)
    return network


def train(network: str, pixels: str, seed: int, tested_on: str = "", **options: Any) -> float:
    """Return the test error of one training, percent."""
    permutation = permutation_of(pixels, seed)
    moved = {
        "dense, moved weights": lambda: permute_weights(perceptron(39), permutation),
        "convolution, moved weights": mirrored_convolution,
    }
    other = permutation_of(tested_on, seed) if tested_on else None
    build = (NETWORKS | moved)[network]
    return round(permuted_error(build, permutation, seed, test_permutation=other, **options), 3)


def trainings() -> Iterator[dict[str, Any]]:
    """Yield the rows: what chooses them, and the test errors of the seeds in order."""
    for run in SETTINGS["runs"]:
        for pixels in run["pixels"]:
            row = {**STANDARD, **run, "pixels": pixels}
            seeds = range(row.pop("seeds", SETTINGS["seeds"]))
            yield row | {"test_error": [train(seed=seed, **row) for seed in seeds]}


def main() -> None:
    """Run and store."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    rows = []
    for row in trainings():
        rows.append(row)
        print(row, flush=True)
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    parameters = {
        name: sum(p.numel() for p in build().parameters()) for name, build in NETWORKS.items()
    }
    results.write(
        results.FOLDER / "permuted_pixels.json",
        {"settings": SETTINGS, "made": made, "parameters": parameters, "rows": rows},
    )


if __name__ == "__main__":
    main()
