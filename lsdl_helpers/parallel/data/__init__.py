"""Data parallelism: each rank has all weights and a part of the batch."""

from lsdl_helpers.parallel.data.data_parallel import DataParallel, make_buckets
from lsdl_helpers.parallel.data.large_batch import fit_critical_batch, steps_to_loss

__all__ = ["DataParallel", "fit_critical_batch", "make_buckets", "steps_to_loss"]
