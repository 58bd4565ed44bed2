"""Comparing a network with one of another library that has the same keys."""

import torch
from torch import nn

from lsdl_helpers.models import build


def on_meta(name, **options):
    with torch.device("meta"):
        return build(name, **options)


def shapes(model):
    return {key: tensor.shape for key, tensor in model.state_dict().items()}


def weighted_layers(model):
    return [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def calibrate(model, pictures):
    """Set the running statistics of batch normalization from one batch."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    model.train()
    with torch.no_grad():
        model(pictures)
    return model.eval()


def relative_difference(a, b):
    return ((a - b).abs().max() / b.abs().max()).item()
