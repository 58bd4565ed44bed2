"""Cascades of one to four stages against the large network alone, over several seeds.

python -m experiments.cascades --seeds 5

stores lsdl_helpers/data/results/cascades.json. One to five minutes of
one core a seed.
"""

import itertools
from datetime import date
from pathlib import Path

import torch

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.data import results
from lsdl_helpers.data.windows import SPLITS, smiley_windows
from lsdl_helpers.dynamic import (
    Cascade,
    Stage,
    convolutional_network,
    dense_network,
    subsampled_network,
    train_scorer,
)
from lsdl_helpers.measure import benchmark, cost, machine

SETTINGS = {
    "recall": 0.98,
    "cascades": [
        ["large"],
        ["quick", "large"],
        ["quick", "dense", "large"],
        ["quick", "dense", "middle", "large"],
    ],
    "against_large": 2,  # which of them is compared with large networks alone
    "hard_negatives": 2000,
    "held_out": 8000,  # positives, for the thresholds
    "held_out_negatives": 60_000,
    "positives_a_photograph": 1000,
    "negatives": 1_000_000,  # for cascades
    "negatives_for_large": 200_000,  # the first of them, for the large network alone
    "chunk": 100_000,
}
STAGES = {  # network, steps of training, windows scored at a time
    "quick": (subsampled_network, 2000, 4096),
    "dense": (dense_network, 2000, 1024),
    "middle": (lambda: convolutional_network(4, 8, 16), 1000, 64),
    "large": (lambda: convolutional_network(32, 64, 64), 400, 64),
}
HELD_OUT, TEST = 10**7, 2 * 10**7  # added to the seed of draws
ALONE = 500_000  # likewise; no fit comes so far


def build(names, seed):
    """Return an untrained cascade."""
    torch.manual_seed(seed)
    return Cascade([Stage(name, make(), steps, batch_size)
                    for name in names for make, steps, batch_size in [STAGES[name]]])  # fmt: skip


def equal_recalls(goal, stages):
    """Return the recall of each stage, the same for all."""
    return [goal ** (1 / stages)] * stages


def work(cascade):
    """Return the multiply-adds of each stage for one window."""
    return [cost(stage.network, (1, 1, 20, 20)).multiply_adds for stage in cascade.stages]


def test_negatives(seed, settings, most):
    """Draw windows of the photographs for testing, chunk by chunk."""
    for k in range(most // settings["chunk"]):
        draw_seed = TEST + 1000 * seed + k
        yield smiley_windows(settings["chunk"], draw_seed, positive=False,
                             photographs=SPLITS["test"])  # fmt: skip


def measure(cascade, held_out_negatives, positives, seed, settings):
    """Return what is left after each stage, held out and in new photographs."""
    alone = len(cascade.stages) == 1
    most = settings["negatives_for_large" if alone else "negatives"]
    counts = [cascade.counts(windows) for windows in test_negatives(seed, settings, most)]
    left = [sum(column) for column in zip(*counts, strict=True)]
    reached = zip(work(cascade), left, strict=False)
    return {
        "stages": [stage.name for stage in cascade.stages],
        "left_held_out": cascade.counts(held_out_negatives),
        "left": left,
        "multiply_adds": sum(c * n for c, n in reached) / left[0],
        "recall": {name: cascade.counts(p)[-1] / len(p) for name, p in positives.items()},
    }


def measure_alone(stage, held_out, positives, seed, settings):
    """Return the same of one network for which the threshold is chosen anew."""
    alone = Cascade([stage])
    alone.choose_thresholds(held_out, [settings["recall"]])
    return measure(alone, held_out[:1], positives, seed, settings)


def train_alone(cascade, seed, settings):
    """Return a network like the last one, trained on hard negatives and on as many others."""
    stage = build([cascade.stages[-1].name], seed).stages[0]
    n = settings["hard_negatives"]
    before = len(cascade.stages) - 1
    seeds = itertools.count(ALONE + seed, 1000)
    hard, _, _ = cascade.mine_hard_negatives(smiley_windows, n, seeds=seeds, stages=before)
    negatives = torch.cat([hard, smiley_windows(n, next(seeds), positive=False)])
    positives = smiley_windows(8000, seed, positive=True)
    train_scorer(stage.network, positives, negatives, steps=stage.steps, seed=seed)
    return stage


def microseconds(cascade, seed, settings):
    """Return processor time for a window, one thread: the cascade, and each network alone."""
    windows = next(test_negatives(seed, settings, settings["chunk"]))
    timing = benchmark(lambda: cascade.stages_passed(windows), seconds=2)
    times = {"cascade": 1e6 * timing.median / len(windows)}
    for stage in cascade.stages:
        few = windows[: 16 * stage.batch_size]
        timing = benchmark(lambda stage=stage, few=few: stage.scores(few))
        times[stage.name] = 1e6 * timing.median / len(few)
    return times


def run(seed, settings):
    """Return the results of one seed."""
    held_out = smiley_windows(settings["held_out"], HELD_OUT + seed, positive=True)
    negatives = smiley_windows(settings["held_out_negatives"], HELD_OUT + seed, positive=False)
    n = settings["positives_a_photograph"]
    positives = {name: smiley_windows(n, TEST + seed, positive=True, photographs=[name])
                 for name in SPLITS["test"]}  # fmt: skip
    result = {"seed": seed, "cascades": []}
    for k, names in enumerate(settings["cascades"]):
        cascade = build(names, seed)
        recalls = equal_recalls(settings["recall"], len(names))
        cascade.fit(smiley_windows, held_out, recalls, seed=seed)
        result["cascades"].append(measure(cascade, negatives, positives, seed, settings))
        if k == settings["against_large"]:
            result["microseconds"] = microseconds(cascade, seed, settings)
            alone = {"own": cascade.stages[-1], "hard": train_alone(cascade, seed, settings)}
            result["alone"] = {
                name: measure_alone(stage, held_out, positives, seed, settings)
                for name, stage in alone.items()
            }
    return result


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=whole_number(1), default=5)
    parser.add_argument("--out", type=Path, default=results.FOLDER / "cascades.json")
    args = parser.parse_args()
    torch.set_num_threads(1)
    names = SETTINGS["cascades"][-1]
    counts = dict(zip(names, work(build(names, 0)), strict=True))
    made = {"date": date.today().isoformat(), "processor": machine().processor.value}
    stored = {"settings": SETTINGS | {"multiply_adds": counts}, "made": made, "seeds": []}
    for seed in range(args.seeds):
        stored["seeds"].append(run(seed, SETTINGS))
        results.write(args.out, stored)
        print(f"seed {seed} done", flush=True)


if __name__ == "__main__":
    main()
