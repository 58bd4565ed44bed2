"""Train a small network on digits with any number of processes; started again, it goes on.

    torchrun --nproc-per-node=2 examples/cluster/train.py --steps 400

Every rank computes the gradients of its part of a batch, and DistributedDataParallel averages
them. README.md, beside this file, has the lines for more than one machine.
"""

import hashlib
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.data.digits import digits
from lsdl_helpers.launch import (
    RankContext,
    join,
    load_latest_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)


class OptionError(ValueError):
    """The options do not fit the data, the ranks or the checkpoints that there are."""


def make_parser() -> Parser:
    parser, count = Parser(description=__doc__.splitlines()[0]), whole_number(1)
    parser.add_argument("--steps", type=count, default=400)
    parser.add_argument("--batch", type=count, default=32, help="examples of a step and rank")
    parser.add_argument("--every", type=count, default=20, help="steps between checkpoints")
    parser.add_argument("--folder", type=Path, default=Path("checkpoints"), help="of checkpoints")
    parser.add_argument("--seed", type=whole_number(0), default=0)
    return parser


def network() -> nn.Module:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 10)
    )


def my_examples(
    step: int, context: RankContext, batch: int, seed: int, num_examples: int
) -> torch.Tensor:
    """Return which examples a rank takes in a step: (batch,), int64.

    They follow from the arguments alone, so the order of the data needs no checkpoint.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_000 + step)
    shuffled = torch.randperm(num_examples, generator=generator)
    return shuffled[context.rank * batch : (context.rank + 1) * batch]


def checkpoint(
    folder: Path, step: int, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict
) -> None:
    """Let rank 0 write a checkpoint of weights, optimizer, and the random state of each rank."""
    states = [None] * dist.get_world_size()
    dist.all_gather_object(states, random_state())
    if dist.get_rank() == 0:
        training = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        save_checkpoint(folder, step, {**training, "random": states, "settings": settings})


def resume(folder: Path, model: nn.Module, optimizer: torch.optim.Optimizer, settings: dict) -> int:
    """Resume from the latest intact checkpoint, if there is one; return the steps done.

    Rank 0 reads it and broadcasts it, so all take the same.
    """
    latest = [load_latest_checkpoint(folder) if dist.get_rank() == 0 else None]
    dist.broadcast_object_list(latest)
    if latest[0] is None:
        return 0
    step, state = latest[0]
    if state["settings"] != settings:
        raise OptionError(f"{folder} is of {state['settings']}, not of {settings}; choose another")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    set_random_state(state["random"][dist.get_rank()])
    return step


def fingerprint(model: nn.Module) -> str:
    """Return the SHA-256 of all weights, as hexadecimal digits."""
    digest = hashlib.sha256()
    for weight in model.state_dict().values():
        digest.update(weight.cpu().numpy().tobytes())
    return digest.hexdigest()


def wrap_in_ddp(model: nn.Module, x: torch.Tensor) -> DistributedDataParallel:
    """Wrap a network in DistributedDataParallel, with the same order of sums in every step.

    DistributedDataParallel orders its buckets anew after its first backward pass. With three
    ranks or more, the order of a sum shows in its last bit, so a training that goes on would
    part from one that was not interrupted. Here the first pass is spent on nothing.
    """
    parallel = DistributedDataParallel(model)
    parallel(x).sum().backward()
    model.zero_grad()
    return parallel


def train(
    context: RankContext, steps: int, batch: int, every: int, folder: Path, seed: int
) -> None:
    (x, y), _ = digits()
    if batch * context.world_size > len(x):
        raise OptionError(f"--batch is {batch}; {context.world_size} ranks share {len(x)} examples")
    x, y = x.to(context.device), y.to(context.device)
    torch.manual_seed(seed)
    model = network().to(context.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    parallel = wrap_in_ddp(model, x[:1])
    torch.manual_seed(seed * 1_000 + context.rank)  # each rank has its own dropout
    settings = {"ranks": context.world_size, "batch": batch, "seed": seed}
    start = resume(folder, model, optimizer, settings)

    def print_once(text: str) -> None:
        if context.rank == 0:
            print(text, flush=True)

    print_once(f"{context.world_size} ranks, {context.why}; step {start}")
    for step in range(start, steps):
        mine = my_examples(step, context, batch, seed, len(x)).to(context.device)
        loss = F.cross_entropy(parallel(x[mine]), y[mine])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % every == 0 or step + 1 == steps:
            checkpoint(folder, step + 1, model, optimizer, settings)
            print_once(f"step {step + 1}: loss {loss.item():.3f}")
    print_once(f"weights {fingerprint(model)}")


def main() -> None:
    parser = make_parser()
    options = vars(parser.parse_args())
    with join(timeout=timedelta(minutes=5)) as context:
        try:
            train(context, **options)
        except OptionError as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
