import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import torch.distributed as dist

from lsdl_helpers.launch.rendezvous import agree_on_nonce

LONG, SHORT = timedelta(seconds=60), timedelta(seconds=0.2)


@pytest.fixture
def store():
    store = dist.HashStore()
    store.set_timeout(LONG)
    return store


def rendezvous(store, order, message):
    """Return the nonce of ranks that come in an order, each once the one before waits."""
    with ThreadPoolExecutor(len(order)) as pool:
        futures = {}
        for rank in order:
            arguments = store, rank, len(order), f"{message} {rank}", LONG
            futures[rank] = pool.submit(agree_on_nonce, *arguments)
            if rank != order[-1]:
                with pytest.raises(TimeoutError):
                    futures[rank].result(timeout=0.1)
    nonces, messages = zip(*(futures[rank].result() for rank in sorted(futures)), strict=True)
    assert len(set(nonces)) == 1
    assert all(got == [f"{message} {rank}" for rank in sorted(order)] for got in messages)
    return nonces[0]


def test_all_get_the_same_nonce_and_the_message_of_each(store):
    rendezvous(store, [0, 1, 2], "first")
    rendezvous(dist.HashStore(), [0], "alone")


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_what_was_left_in_the_store_is_not_taken(store, order):
    """Whoever comes first finds only what is old."""
    first = rendezvous(store, [0, 1, 2], "first")
    second = rendezvous(store, order, "second")
    fewer = rendezvous(store, [1, 0], "third")
    assert len({first, second, fewer}) == 3


def test_ranks_that_do_not_come_are_named(store):
    rendezvous(store, [0, 1, 2], "first")
    with pytest.raises(TimeoutError, match=re.escape("no sign of ranks [1, 2] in 0 s")):
        agree_on_nonce(store, 0, 3, "second", SHORT)
