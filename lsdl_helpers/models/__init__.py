"""The networks of the course, built from the tables of their papers."""

from lsdl_helpers.models import efficientnet, resnet, resnet_cifar, vgg
from lsdl_helpers.models.registry import build, list_models

__all__ = ["build", "efficientnet", "list_models", "resnet", "resnet_cifar", "vgg"]
