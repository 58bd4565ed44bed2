"""Look for the smallest student that loses less than a point against the ensemble.

    python -m experiments.mimic_search --seeds 0 1 2 3 4

The teachers are those of ``experiments/mimic.py``. Students of several sizes are matched on
real pictures without labels, the best points there can be. A seed takes a few minutes and
is stored when it is done; run again, the script computes only what is missing.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from experiments.mimic import SETTINGS, labeled, new, store_each, teacher_of
from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.compression import answers, convolutional, perceptron, train_network
from lsdl_helpers.data import glyphs, results
from lsdl_helpers.training import error_rate

SEARCH = SETTINGS | {"student_rate": 1e-2}
STUDENTS: dict[str, Callable[[], nn.Module]] = {
    "perceptron 256": perceptron,
    "convolutional 8-16-64": lambda: convolutional((8, 16), 64),
    "convolutional 16-32": lambda: convolutional((16, 32), 0),
    "convolutional 12-24": lambda: convolutional((12, 24), 0),
    "convolutional 10-20": lambda: convolutional((10, 20), 0),
    "convolutional 8-16": lambda: convolutional((8, 16), 0),
    "convolutional 4-8": lambda: convolutional((4, 8), 0),
}


def one_seed(seed: int, settings: dict) -> dict[str, float]:
    """Return the percentage of right test answers of the teacher and of every student."""
    x, y = labeled(seed, settings)
    teacher = teacher_of(x, y, seed, settings)
    real, _ = glyphs(settings["points"], seed=100_000 + seed, shift=settings["shift"])
    points = torch.cat([x, real])
    targets = answers(teacher, points)
    models = {"teacher": teacher}
    for name, build in STUDENTS.items():
        models[name] = train_network(
            new(build, seed), points, targets, steps=settings["student_steps"], batch_size=64,
            weight_decay=0.0, seed=seed, learning_rate=settings["student_rate"])  # fmt: skip
    test = glyphs(settings["test"], seed=settings["test_seed"], shift=settings["shift"])
    return {name: round(100 * (1 - error_rate(model, test)), 4) for name, model in models.items()}


if __name__ == "__main__":
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=whole_number(0), nargs="+", default=list(range(5)))
    parser.add_argument("--out", type=Path, default=results.FOLDER / "mimic_search.json")
    arguments = parser.parse_args()
    store_each(one_seed, arguments.seeds, SEARCH, arguments.out)
