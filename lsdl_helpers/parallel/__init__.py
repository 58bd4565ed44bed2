"""Many processes on one problem: launched from a notebook, or by torchrun or srun."""

from lsdl_helpers.parallel.checkpoint import load_latest, random_state, save, set_random_state
from lsdl_helpers.parallel.failures import RankError
from lsdl_helpers.parallel.launcher import launch
from lsdl_helpers.parallel.process_group import Place, Rank, from_environment, join

__all__ = [
    "Place", "Rank", "RankError", "from_environment", "join", "launch",
    "load_latest", "random_state", "save", "set_random_state",
]  # fmt: skip
