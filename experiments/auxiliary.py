"""What GoogLeNet's auxiliary heads change, as claimed in 2014 and in 2016, over six seeds.

    python -m experiments.auxiliary

stores lsdl_helpers/data/results/auxiliary.json: a row for each training of the small GoogLeNet,
with its heads or without, and two rows of one setting and seed are a pair: same first weights,
same batches. Eleven minutes of one core. With reproducible arithmetic, so that every x86
processor finds the same. The settings were chosen on seeds 0 and 1, which are not among these.
"""

import argparse
from collections.abc import Iterator
from datetime import date
from typing import Any

if __name__ == "__main__":
    from lsdl_helpers.arithmetic import use_reproducible_arithmetic

    use_reproducible_arithmetic()  # before torch is loaded

from lsdl_helpers.data import results
from lsdl_helpers.measure import machine
from lsdl_helpers.measure.auxiliary import train_with_heads

BOTH = [False, True]
SETTINGS = {
    "seeds": [2, 3, 4, 5, 6, 7],
    "common": {
        "2014": {"batch_norm": False, "optimizer": "adam", "schedule": "constant"},
        "2016": {"batch_norm": True, "optimizer": "sgd", "schedule": "cosine"},
    },
    "runs": [  # the first of each year is the setting itself, the others are its controls
        {"year": "2014", "start": "torch", "learning_rate": 2e-3, "steps": 300, "heads": BOTH},
        {"year": "2014", "start": "torch", "learning_rate": 6e-4, "steps": 300, "heads": BOTH},
        {"year": "2014", "start": "torch", "learning_rate": 6e-3, "steps": 300, "heads": BOTH},
        {"year": "2014", "start": "torch", "learning_rate": 2e-3, "steps": 600, "heads": [False]},
        {"year": "2014", "start": "xavier", "learning_rate": 2e-3, "steps": 300, "heads": BOTH},
        {"year": "2016", "start": "he", "learning_rate": 0.03, "steps": 300, "heads": BOTH},
        {"year": "2016", "start": "he", "learning_rate": 0.01, "steps": 300, "heads": BOTH},
        {"year": "2016", "start": "he", "learning_rate": 0.1, "steps": 300, "heads": BOTH},
    ],
    "norms_at": [0, 100],  # steps; of these trainings alone:
    "norms_of": ["torch 0.002 300", "xavier 0.002 300", "he 0.03 300"],
}


def train(year: str, heads: bool, seed: int, **options: Any) -> dict[str, Any]:
    """Return the row of one training: what chooses it, and what it gave."""
    name = " ".join(str(options[key]) for key in ("start", "learning_rate", "steps"))
    norms_at = SETTINGS["norms_at"] if name in SETTINGS["norms_of"] else []
    run = train_with_heads(heads, seed, norms_at=norms_at, **SETTINGS["common"][year], **options)
    if not norms_at:
        del run["norms"]
    return {"year": year, **options, "heads": heads, "seed": seed, **run}


def trainings() -> Iterator[dict[str, Any]]:
    """Yield the rows, those of a pair one after the other."""
    for options in SETTINGS["runs"]:
        for seed in SETTINGS["seeds"]:
            for heads in options["heads"]:
                yield train(**{**options, "heads": heads, "seed": seed})


def main() -> None:
    """Run and store."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    rows = []
    for row in trainings():
        rows.append(row)
        print({key: row[key] for key in ("start", "learning_rate", "heads", "seed", "test_error")})
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    results.write(
        results.FOLDER / "auxiliary.json", {"settings": SETTINGS, "made": made, "runs": rows}
    )


if __name__ == "__main__":
    main()
