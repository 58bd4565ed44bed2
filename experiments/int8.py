"""Times of the ladder, and answers changed by quantization over several seeds.

Stores both with their settings for the chapter on fixed point; about two minutes, on a machine
with a C compiler and VNNI.

    python -m experiments.int8 [--seconds 2] [--seeds 8] [--out FILE]
"""

import os
from datetime import date
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import torch

from lsdl_helpers.commands.numbers import duration, whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.cpu import (
    LADDER,
    compile_kernels,
    digit_vectors,
    quantized_errors,
    train_digit_classifier,
)
from lsdl_helpers.cpu.ladder import LEVELS, measure_ladder
from lsdl_helpers.data import results
from lsdl_helpers.measure import machine
from lsdl_helpers.training import error_rate

BATCHES = (1, 4, 8)
BITS = (2, 3, 4, 5, 6, 7, 8)
NUM_TEST = 4000


def one_seed(seed: int) -> dict[str, dict[str, float]]:
    """Return the percent of wrong and of changed answers by bits, for one training."""
    model, test = train_digit_classifier(seed), digit_vectors(NUM_TEST, 2 * seed + 1)
    errors = {bits: quantized_errors(model, bits, test) for bits in BITS}
    wrong = error_rate(model, test)
    return {
        "wrong": {"float32": 100 * wrong} | {str(b): e.wrong for b, e in errors.items()},
        "changed": {str(b): e.changed for b, e in errors.items()},
    }


def ladder(seconds: float) -> dict[str, dict[str, dict[str, float]]]:
    """Return seconds by memory level, batch and rung."""
    kernels = compile_kernels()
    if set(kernels.available) != set(LADDER):
        raise SystemExit(f"the record needs all rungs; here are {', '.join(kernels.available)}")
    return {
        level: {str(b): measure_ladder(kernels, level, b, seconds) for b in BATCHES}
        for level in LEVELS
    }


def main() -> None:
    """Read the options, run, store."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=duration, default=2, help="for one time (2)")
    parser.add_argument("--seeds", type=whole_number(1), default=8, help="trainings (8)")
    default = results.FOLDER / "int8.json"
    parser.add_argument("--out", type=Path, default=default, help="file to write")
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = {
        "when": date.today().isoformat(),
        "machine": machine().describe(),
        "seconds": options.seconds,
        "num_test": NUM_TEST,
        "seeds": list(range(options.seeds)),
    }
    stored = {"settings": settings, "ladder": ladder(options.seconds)}
    stored["seeds"] = [one_seed(seed) for seed in range(options.seeds)]
    results.write(options.out, stored)


if __name__ == "__main__":
    main()
