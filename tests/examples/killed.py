"""Three ranks of the example, killed as planned, under what torchrun is made of.

They are forked from a process that has loaded torch, because there are nine of them.
"""

import multiprocessing
import sys
from pathlib import Path

from interrupted import interrupt_as_planned, load_example
from torch.distributed.launcher.api import LaunchConfig, elastic_launch


def train(folder: Path, steps: int, every: int) -> None:
    """Train as a whole and in parts; then try other settings, and too many examples."""
    example = load_example()
    settings = {"steps": steps, "every": every, "seed": 0}
    with example.join("gloo") as place:
        example.train(place, batch=8, folder=folder / "whole", **settings)
        interrupt_as_planned(example)
        for batch in (8, 9, 501):
            try:
                example.train(place, batch=batch, folder=folder / "parts", **settings)
            except ValueError as error:
                print(error, flush=True)


if __name__ == "__main__":
    multiprocessing.set_forkserver_preload(["lsdl_helpers.parallel", "torch._dynamo"])
    config = LaunchConfig(
        min_nodes=1, max_nodes=1, nproc_per_node=3, max_restarts=2, monitor_interval=0.1,
        rdzv_backend="c10d", rdzv_endpoint="127.0.0.1:0", run_id="killed",
        start_method="forkserver",
    )  # fmt: skip
    elastic_launch(config, train)(Path(sys.argv[1]), *map(int, sys.argv[2:]))
