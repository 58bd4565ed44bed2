"""Times of the thirteen networks of Cost as they are, folded, channels-last, and both.

Stores medians and quartiles of one thread's time, the four variants in turn, with counts; about
two minutes on a quiet machine.

    python -m experiments.cost_variants [--rounds 9] [--out FILE]
"""

import copy
import os
import time
from datetime import date
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import numpy as np
import torch
from torch import nn

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.data import results
from lsdl_helpers.measure import cost, machine
from lsdl_helpers.models import build, fold_batch_norm
from lsdl_helpers.notebook import keep_freed_memory

# pixels a side
NETWORKS = {
    **dict.fromkeys(("vgg11", "vgg13", "vgg16", "vgg19", "googlenet"), 224),
    **dict.fromkeys(("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"), 224),
    "inception_v3": 299,
    "xception": 299,
    "efficientnet_lite0": 224,
}
VARIANTS = ("as is", "folded", "channels-last", "both")


def counts(name: str) -> dict[str, dict[str, int]]:
    """Return multiply-adds and activation bytes, as is and folded."""
    with torch.device("meta"):
        network = build(name).eval()
    shape = (1, 3, NETWORKS[name], NETWORKS[name])
    found = {"as is": cost(network, shape), "folded": cost(fold_batch_norm(network), shape)}
    return {
        variant: {"multiply_adds": c.multiply_adds, "activation_bytes": c.activation_bytes}
        for variant, c in found.items()
    }


def times(name: str, rounds: int) -> dict[str, dict[str, float]]:
    """Return median and quartiles in ms by variant, the variants in turn in each round."""
    networks = variants(name)
    x = torch.rand(1, 3, NETWORKS[name], NETWORKS[name])
    inputs = {v: x if v in VARIANTS[:2] else x.to(memory_format=torch.channels_last)
              for v in VARIANTS}  # fmt: skip
    samples = []
    with torch.inference_mode():
        for _ in range(rounds + 1):
            samples.append([_ms(networks[v], inputs[v]) for v in VARIANTS])
    low, median, high = np.quantile(samples[1:], [0.25, 0.5, 0.75], axis=0).round(2).tolist()
    return {
        variant: {"low": low[k], "median": median[k], "high": high[k]}
        for k, variant in enumerate(VARIANTS)
    }


def variants(name: str) -> dict[str, nn.Module]:
    """Return the network in its four variants, all with the same weights."""
    torch.manual_seed(0)
    network = build(name).eval().requires_grad_(False)
    last = copy.deepcopy(network).to(memory_format=torch.channels_last)
    both = fold_batch_norm(last).to(memory_format=torch.channels_last)
    return dict(zip(VARIANTS, (network, fold_batch_norm(network), last, both), strict=True))


def _ms(network: nn.Module, x: torch.Tensor) -> float:
    start = time.thread_time()
    network(x)
    return 1e3 * (time.thread_time() - start)


def main() -> None:
    """Read the options, run, store."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=whole_number(1), default=9, help="samples each (9)")
    default = results.FOLDER / "cost_variants.json"
    parser.add_argument("--out", type=Path, default=default, help="file to write")
    options = parser.parse_args()
    torch.set_num_threads(1)
    keep_freed_memory()  # as the page's set-up does
    settings = {
        "when": date.today().isoformat(),
        "machine": machine().describe(),
        "rounds": options.rounds,
    }
    stored = {"settings": settings, "networks": {}}
    for name in NETWORKS:
        stored["networks"][name] = {"counts": counts(name), "ms": times(name, options.rounds)}
        print(name, stored["networks"][name]["ms"], flush=True)
    results.write(options.out, stored)


if __name__ == "__main__":
    main()
