"""Rendezvous: how ranks find each other in a store that may hold what earlier ranks left."""

import json
import time
import uuid
from datetime import timedelta

import torch.distributed as dist

POLL_S = 0.01


def agree_on_nonce(
    store: dist.Store, rank: int, world_size: int, message: str, timeout: timedelta
) -> tuple[str, list[str]]:
    """Return a nonce that only these ranks know, and a message from each of them.

    torchrun starts all ranks again when one dies, and may give them the store that they had.
    Whoever trusts it finds addresses of dead processes there, so the keys of torch.distributed
    in it need a prefix that was never used before: the nonce. The count of restarts does not
    serve: the torchruns of several machines count for themselves. So each rank makes a nonce of
    its own, and rank 0 answers to it with its own until all ranks have acknowledged that one.

    Args:
        message: of this rank to all.

    Raises:
        TimeoutError: on rank 0, with the ranks that did not come.

    >>> from datetime import timedelta
    >>> agree_on_nonce(torch.distributed.HashStore(), 0, 1, "hello", timedelta(seconds=1))
    ('...', ['hello'])
    """
    own = uuid.uuid4().hex
    store.set(f"rank/{rank}", f"{own} {message}")
    if rank == 0:
        messages = _gather(store, own, world_size, timeout)
        store.set(f"{own}/messages", json.dumps(messages))
        return own, messages
    nonce = store.get(f"answer/{own}").decode()
    store.set(f"{nonce}/{rank}", "acknowledged")
    return nonce, json.loads(store.get(f"{nonce}/messages"))


def _gather(store: dist.Store, nonce: str, world_size: int, timeout: timedelta) -> list[str]:
    """Send the nonce to each rank that comes, until all acknowledge it; return their messages."""
    end = time.monotonic() + timeout.total_seconds()
    while missing := [r for r in range(1, world_size) if not store.check([f"{nonce}/{r}"])]:
        if time.monotonic() > end:
            raise TimeoutError(f"no sign of ranks {missing} in {timeout.total_seconds():.0f} s")
        for rank in missing:
            if store.check([f"rank/{rank}"]):  # its nonce, or that of a rank before it
                nonce_of_rank, _ = _read(store, rank)
                store.set(f"answer/{nonce_of_rank}", nonce)
        time.sleep(POLL_S)
    return [_read(store, rank)[1] for rank in range(world_size)]


def _read(store: dist.Store, rank: int) -> tuple[str, str]:
    """Return the nonce and the message of a rank."""
    nonce, message = store.get(f"rank/{rank}").decode().split(" ", 1)
    return nonce, message
