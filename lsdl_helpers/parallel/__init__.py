"""Many processes on one problem: process groups and checkpoints."""

from lsdl_helpers.parallel.checkpoint import load_latest, random_state, save, set_random_state
from lsdl_helpers.parallel.process_group import Place, Rank, from_environment, join

__all__ = [
    "Place", "Rank", "from_environment", "join",
    "load_latest", "random_state", "save", "set_random_state",
]  # fmt: skip
