"""How ranks find each other in a store that may hold what was left by ranks before them."""

import json
import time
import uuid
from datetime import timedelta

import torch.distributed as dist

PAUSE_S = 0.01


def meet(
    store: dist.Store, rank: int, world_size: int, message: str, timeout: timedelta
) -> tuple[str, list[str]]:
    """Return a word that only these ranks know, and the messages of all of them.

    torchrun starts all ranks again when one dies, and may give them the store that they had.
    Whoever trusts it finds addresses of dead processes there, so the words of torch.distributed
    in it must be told from the earlier ones, e.g. by a prefix. The count of restarts does not
    serve: the torchruns of several machines count for themselves. So each rank leaves a number
    that nobody used before, and rank 0 answers under that number until all have heard it.

    Args:
        message: of this rank to all.

    Raises:
        TimeoutError: on rank 0, with the ranks that did not come.

    >>> from datetime import timedelta
    >>> meet(torch.distributed.HashStore(), 0, 1, "hello", timedelta(seconds=1))
    ('...', ['hello'])
    """
    number = uuid.uuid4().hex
    store.set(f"rank/{rank}", f"{number} {message}")
    if rank == 0:
        messages = _welcome(store, number, world_size, timeout)
        store.set(f"{number}/all", json.dumps(messages))
        return number, messages
    word = store.get(f"answer/{number}").decode()
    store.set(f"{word}/{rank}", "here")
    return word, json.loads(store.get(f"{word}/all"))


def _welcome(store: dist.Store, word: str, world_size: int, timeout: timedelta) -> list[str]:
    """Tell the word to each rank that comes, until all have it; return their messages."""
    end = time.monotonic() + timeout.total_seconds()
    while missing := [r for r in range(1, world_size) if not store.check([f"{word}/{r}"])]:
        if time.monotonic() > end:
            raise TimeoutError(f"no sign of ranks {missing} in {timeout.total_seconds():.0f} s")
        for rank in missing:
            if store.check([f"rank/{rank}"]):  # its number, or that of a rank before it
                number = store.get(f"rank/{rank}").decode().split(" ", 1)[0]
                store.set(f"answer/{number}", word)
        time.sleep(PAUSE_S)
    every = store.multi_get([f"rank/{rank}" for rank in range(world_size)])
    return [found.decode().split(" ", 1)[1] for found in every]
