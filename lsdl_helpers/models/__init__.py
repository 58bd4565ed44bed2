"""The networks of the course, built from the tables of their papers."""

from lsdl_helpers.models import (
    efficientnet,
    googlenet,
    inception,
    resnet,
    resnet_cifar,
    vgg,
    xception,
)
from lsdl_helpers.models.folding import fold_batch_norm
from lsdl_helpers.models.registry import build, list_models

__all__ = [
    "build", "efficientnet", "fold_batch_norm", "googlenet", "inception", "list_models", "resnet",
    "resnet_cifar", "vgg", "xception",
]  # fmt: skip
