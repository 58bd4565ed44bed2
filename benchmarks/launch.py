"""How long it takes to have ranks: the first launch of a process, and later ones.

python benchmarks/launch.py
"""

import time

import torch.distributed as dist

from lsdl_helpers.launch import RankError, launch


def raise_in_rank_1() -> None:
    """Fail while the other ranks wait in a collective."""
    if dist.get_rank() == 1:
        raise ValueError(time.monotonic())
    dist.barrier()


def seconds_of(num_ranks: int) -> float:
    start = time.monotonic()
    launch(dist.get_rank, num_ranks)
    return time.monotonic() - start


def seconds_to_report_an_error(num_ranks: int) -> float:
    try:
        launch(raise_in_rank_1, num_ranks)
    except RankError as error:
        return time.monotonic() - error.__cause__.args[0]
    raise AssertionError("the error is lost")


print(f"first launch, 4 ranks: {seconds_of(4):.2f} s")
for num_ranks in (1, 2, 4, 8):
    seconds = sorted(seconds_of(num_ranks) for _ in range(5))
    print(f"later launch, {num_ranks} ranks: {seconds[2]:.2f} s (largest of 5: {seconds[-1]:.2f})")
seconds = sorted(seconds_to_report_an_error(4) for _ in range(5))
print(f"from an error of one of 4 ranks to its report: {seconds[-1]:.2f} s (largest of 5)")
