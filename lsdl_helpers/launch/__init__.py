"""Launch processes from a notebook, or run under torchrun or srun; checkpoints."""

from lsdl_helpers.launch.checkpoint import (
    load_latest_checkpoint,
    random_state,
    save_checkpoint,
    set_random_state,
)
from lsdl_helpers.launch.failures import RankError
from lsdl_helpers.launch.launcher import launch, local_store
from lsdl_helpers.launch.process_group import (
    RankContext,
    RankEnvironment,
    from_environment,
    join,
)

__all__ = [
    "RankContext", "RankEnvironment", "RankError", "from_environment", "join", "launch",
    "load_latest_checkpoint", "local_store", "random_state", "save_checkpoint",
    "set_random_state",
]  # fmt: skip
