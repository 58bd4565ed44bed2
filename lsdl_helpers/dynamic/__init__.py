"""Dynamic structure: computing for each input only as much as it needs."""

from lsdl_helpers.dynamic.cascade import Cascade, Stage
from lsdl_helpers.dynamic.networks import convolutional_network, dense_network, subsampled_network
from lsdl_helpers.dynamic.planning import expected_cost, precision_at
from lsdl_helpers.dynamic.scoring import scores, threshold_at_recall, train_scorer

__all__ = [
    "Cascade", "Stage",
    "convolutional_network", "dense_network", "expected_cost", "precision_at",
    "scores", "subsampled_network", "threshold_at_recall", "train_scorer",
]  # fmt: skip
