"""Steps to a given training loss against the size of the batch, at the best learning rate.

For each size every learning rate is tried with every seed; the best is the one with the least
mean number of steps among those with which all seeds arrive. On scikit-learn's digits.

    python -m experiments.large_batch
"""

import argparse
from pathlib import Path

import torch

from lsdl_helpers.data import digits, results
from lsdl_helpers.parallel.data.large_batch import steps_to_loss

SETTINGS = {
    "batch_sizes": [4, 8, 16, 32, 64, 128, 256, 512],
    "learning_rates": [round(0.05 * 2 ** (k / 2), 4) for k in range(11)],
    "seeds": [0, 1, 2, 3, 4],
    "target": 0.05,
    "max_steps": 2000,
}


def main() -> None:
    """Compute the table, print it and store it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=results.FOLDER)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = [best(size) for size in SETTINGS["batch_sizes"]]
    stored = {"settings": SETTINGS, "rows": rows}
    results.write(options.output / "large_batch.json", stored)


def best(batch_size: int) -> dict:
    """Return the best learning rate for one size, with the steps of each seed."""
    data, _ = digits()
    best_row = None
    for rate in SETTINGS["learning_rates"]:
        steps = []
        for seed in SETTINGS["seeds"]:
            steps_of_seed = steps_to_loss(
                data,
                batch_size=batch_size,
                learning_rate=rate,
                seed=seed,
                target=SETTINGS["target"],
                max_steps=SETTINGS["max_steps"],
            )
            if steps_of_seed is None:  # with this rate not all do
                break
            steps.append(steps_of_seed)
        else:
            if best_row is None or sum(steps) < sum(best_row["steps"]):
                best_row = {"batch_size": batch_size, "learning_rate": rate, "steps": steps}
    print(best_row, flush=True)
    return best_row


if __name__ == "__main__":
    main()
