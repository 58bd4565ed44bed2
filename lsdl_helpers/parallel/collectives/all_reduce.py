"""The ring all-reduce: the sum over all ranks, by passing pieces around a ring."""

from dataclasses import dataclass

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class Sent:
    """The number of messages that a rank has sent, and of the bytes in them."""

    messages: int = 0
    num_bytes: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(self.messages + other.messages, self.num_bytes + other.num_bytes)


def ring_all_reduce(values: torch.Tensor) -> Sent:
    """Replace `values` on every rank by their sum over the ranks; return what this rank sent.

    The values are cut into as many pieces as there are ranks. In n - 1 steps each piece goes
    once around the ring and collects the sum; in n - 1 more the sums go around. A rank sends
    2 (n - 1) messages of S / n bytes. Every piece is added up in one order, at one place: all
    ranks end with the same bits.

    Args:
        values: any shape and any dtype that can be added, contiguous, of the same size on all
            ranks, which all call this.

    Raises:
        ValueError: if `values` is not contiguous.

    Source: Patarasuk and Yuan (2009).

    >>> from lsdl_helpers.launch import launch
    >>> launch(ring_all_reduce, 3, torch.ones(6))[0]
    Sent(messages=4, num_bytes=32)
    """
    if not values.is_contiguous():
        raise ValueError(f"values have strides {values.stride()}; they must be contiguous")
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    pieces = values.view(-1).tensor_split(num_ranks)
    sent = Sent()
    for step in range(num_ranks - 1):
        received = torch.empty_like(pieces[(rank - step - 1) % num_ranks])
        sent += pass_on(pieces[(rank - step) % num_ranks], received)
        pieces[(rank - step - 1) % num_ranks].add_(received)
    for step in range(num_ranks - 1):
        sent += pass_on(pieces[(rank + 1 - step) % num_ranks], pieces[(rank - step) % num_ranks])
    return sent


def pass_on(piece: torch.Tensor, received: torch.Tensor) -> Sent:
    """Send a piece to the next rank of the ring, and receive one from the rank before.

    Sending does not wait: were every rank to wait until its piece is taken, none would take.
    """
    rank, num_ranks = dist.get_rank(), dist.get_world_size()
    sending = dist.isend(piece, (rank + 1) % num_ranks)
    dist.recv(received, (rank - 1) % num_ranks)
    sending.wait()
    return Sent(1, piece.numel() * piece.element_size())
