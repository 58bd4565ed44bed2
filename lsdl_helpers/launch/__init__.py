"""Starting, watching and ending processes: from a notebook, or by torchrun or srun."""

from lsdl_helpers.launch.checkpoint import load_latest, random_state, save, set_random_state
from lsdl_helpers.launch.failures import RankError
from lsdl_helpers.launch.launcher import launch, local_store
from lsdl_helpers.launch.process_group import Place, Rank, from_environment, join

__all__ = [
    "Place", "Rank", "RankError",
    "from_environment", "join", "launch", "load_latest", "local_store", "random_state", "save",
    "set_random_state",
]  # fmt: skip
