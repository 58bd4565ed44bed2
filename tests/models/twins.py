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


def estimate_batch_norm(model, pictures):
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


NUM_DRAWN = 1_000_003  # a prime: no two rows of a weight are the same numbers


def materialize(model, seed=0):
    """Bring a network from the meta device to the CPU with random weights, none of them 0 or 1.

    They are cut from one row of random numbers, many times as fast as drawing each.
    """
    drawn = torch.randn(NUM_DRAWN, generator=torch.Generator().manual_seed(seed))
    model.to_empty(device="cpu")
    start = 0
    for name, parameter in model.named_parameters():
        number = parameter.numel()
        values = drawn.repeat(1 + (start + number) // NUM_DRAWN)[start : start + number]
        start = (start + number) % NUM_DRAWN
        if parameter.dim() > 1:
            values = values.mul_((2 / parameter[0].numel()) ** 0.5)
        else:  # ones and zeros would hide that one is missing
            values = values.mul_(0.1).add_(0.0 if name.endswith("bias") else 1.0)
        parameter.data.copy_(values.view(parameter.shape))
    return model


def pair_of(name, make_twin, pictures, change=lambda model: model, **options):
    """Return ours and its twin, both changed, with the same weights and batch norm statistics."""
    with torch.device("meta"):
        twin = make_twin()
    twin = estimate_batch_norm(materialize(change(twin)), pictures)
    ours = change(on_meta(name, **options)).eval()
    ours.load_state_dict(twin.state_dict(), strict=True, assign=True)
    return ours, twin
