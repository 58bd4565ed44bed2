"""Many processes on one problem: launched from a notebook, or by torchrun or srun."""

from lsdl_helpers.parallel.all_reduce import Sent, ring_all_reduce
from lsdl_helpers.parallel.calibration import calibrate_parallel, time_all_reduces
from lsdl_helpers.parallel.checkpoint import load_latest, random_state, save, set_random_state
from lsdl_helpers.parallel.data_parallel import DataParallel
from lsdl_helpers.parallel.failures import RankError
from lsdl_helpers.parallel.large_batch import fit_returns, steps_to_loss
from lsdl_helpers.parallel.launcher import launch, local_store
from lsdl_helpers.parallel.link import Link, fit_link
from lsdl_helpers.parallel.process_group import Place, Rank, from_environment, join
from lsdl_helpers.parallel.slow_link import SlowLink
from lsdl_helpers.parallel.work_queue import Answers, answer_all, shard

__all__ = [
    "Answers", "DataParallel", "Link", "Place", "Rank", "RankError", "Sent", "SlowLink",
    "answer_all", "calibrate_parallel", "fit_link", "fit_returns", "from_environment", "join",
    "launch", "load_latest", "local_store", "random_state", "ring_all_reduce", "save",
    "set_random_state", "shard", "steps_to_loss", "time_all_reduces",
]  # fmt: skip
