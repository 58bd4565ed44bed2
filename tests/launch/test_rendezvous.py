import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import torch.distributed as dist

from lsdl_helpers.launch.rendezvous import meet

LONG, SHORT = timedelta(seconds=60), timedelta(seconds=0.2)


@pytest.fixture
def store():
    store = dist.HashStore()
    store.set_timeout(LONG)
    return store


def together(store, order, sign):
    """What ranks get that come in an order, each of them once the one before waits."""
    with ThreadPoolExecutor(len(order)) as pool:
        came = {}
        for rank in order:
            came[rank] = pool.submit(meet, store, rank, len(order), f"{sign} {rank}", LONG)
            if rank != order[-1]:
                with pytest.raises(TimeoutError):
                    came[rank].result(timeout=0.1)
    words, messages = zip(*(came[rank].result() for rank in sorted(came)), strict=True)
    assert len(set(words)) == 1
    assert all(heard == [f"{sign} {rank}" for rank in sorted(order)] for heard in messages)
    return words[0]


def test_all_hear_the_same_word_and_what_each_said(store):
    together(store, [0, 1, 2], "first")
    together(dist.HashStore(), [0], "alone")


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2]])
def test_what_was_left_in_the_store_is_not_taken(store, order):
    """Whoever comes first finds only what is old."""
    first = together(store, [0, 1, 2], "first")
    second = together(store, order, "second")
    fewer = together(store, [1, 0], "third")
    assert len({first, second, fewer}) == 3


def test_ranks_that_do_not_come_are_named(store):
    together(store, [0, 1, 2], "first")
    with pytest.raises(TimeoutError, match=re.escape("no sign of ranks [1, 2] in 0 s")):
        meet(store, 0, 3, "second", SHORT)
