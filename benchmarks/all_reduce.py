"""How near the ring's model comes to timed all-reduces, and to a data-parallel step.

Fits latency and bandwidth to some sizes, predicts others; the ring by hand runs beside the
library, in turns. Then steps of DataParallel on 1, 2 and 4 ranks against the prediction.

    python benchmarks/all_reduce.py
"""

import os
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

from lsdl_helpers.launch import launch
from lsdl_helpers.measure import benchmark, machine
from lsdl_helpers.parallel.collectives import Link, fit_link, ring_all_reduce, time_all_reduces
from lsdl_helpers.parallel.collectives.link_calibration import ROUNDS, SIZES
from lsdl_helpers.parallel.data import DataParallel

HELD_OUT = tuple(2 * 4**k for k in range(5, 11))  # bytes, between the sizes of the fit
BATCHES = (512, 64)
STEPS = 20
WIDTH, LAYERS = 512, 6


def hand_and_library(size: int) -> tuple[float, float]:
    """Return the best seconds of the ring by hand and of the library, which take turns."""
    values, samples = torch.zeros(size // 4), []
    for _ in range(ROUNDS):
        samples.append([seconds(lambda f=f: f(values)) for f in (ring_all_reduce, dist.all_reduce)])
    return tuple(np.min(samples, axis=0).tolist())


def seconds(fn) -> float:
    dist.barrier()
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def make_step(share: int, parallel: bool):
    """Return one training step on a share of the batch, and the bytes of its gradients."""
    network = nn.Sequential(*[nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS)])
    model = DataParallel(network, overlap=False) if parallel else network
    x, optimizer = torch.randn(share, WIDTH), torch.optim.SGD(network.parameters(), 0.01)

    def step() -> None:
        optimizer.zero_grad()
        model(x).square().mean().backward()
        if parallel:
            model.finish()
        optimizer.step()

    return step, sum(p.numel() * p.element_size() for p in network.parameters())


def step_seconds(batch: int) -> float:
    step, _ = make_step(batch // dist.get_world_size(), parallel=True)
    return min(seconds(step) for _ in range(STEPS))


def print_sizes(num_ranks: int) -> Link:
    """Print the fit, and a row for each size that was held out; return the fit."""
    sizes = sorted((*SIZES, *HELD_OUT))
    timed = np.max(launch(time_all_reduces, num_ranks, sizes, ROUNDS), axis=0)
    measured = dict(zip(sizes, timed.tolist(), strict=True))
    link = fit_link(SIZES, [measured[size] for size in SIZES], num_ranks)
    print(f"\n{num_ranks} ranks: {link}\n   size   predicted    measured  error  by hand / library")
    errors = []
    for size in HELD_OUT:
        predicted = link.all_reduce_s(size, num_ranks)
        errors.append(abs(predicted / measured[size] - 1))
        hand, library = np.max(launch(hand_and_library, num_ranks, size), axis=0)
        print(
            f"{size // 1024:4} KiB{1e3 * predicted:9.3f} ms{1e3 * measured[size]:9.3f} ms"
            f"{errors[-1]:7.0%}{hand / library:14.2f}×"
        )
    print(f"median error {np.median(errors):.0%}")
    return link


def print_steps(link: Link) -> None:
    cores = machine().cores.value
    print(f"\n{cores} cores\nbatch ranks  arithmetic  all-reduce  predicted   measured  ratio")
    for batch in BATCHES:
        for num_ranks in (1, 2, 4):
            step, num_bytes = make_step(batch // num_ranks, parallel=False)
            alone = min(benchmark(step, seconds=1.0, device="cpu").samples)
            arithmetic = alone * max(1, num_ranks / cores)
            sending = link.all_reduce_s(num_bytes, num_ranks)
            measured = max(launch(step_seconds, num_ranks, batch))
            predicted = arithmetic + sending
            row = (arithmetic, sending, predicted, measured)
            times = " ".join(f"{1e3 * value:8.1f} ms" for value in row)
            print(f"{batch:5}{num_ranks:6} {times}{measured / predicted:6.2f}×")


def main() -> None:
    """Print the tables for two and four ranks, and the steps."""
    torch.set_num_threads(1)
    print(f"load average {os.getloadavg()[0]:.1f}")
    link = print_sizes(2)
    print_sizes(4)
    print_steps(link)


if __name__ == "__main__":
    main()
