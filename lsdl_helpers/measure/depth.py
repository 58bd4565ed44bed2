"""How deep is a network? Three rules of counting, which disagree.

The same Xception is 36 layers deep by its paper, 71 by the longest path, 81 by Keras's table.
"""

from collections.abc import Callable

import torch
from torch import nn

from lsdl_helpers.measure.unchanged import unchanged
from lsdl_helpers.models.tracing import LayerTracer

_WEIGHTED = (nn.Conv2d, nn.Linear)
_POOLING = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)


def is_depthwise(module: nn.Module) -> bool:
    """Tell whether a layer filters each channel by itself."""
    return isinstance(module, nn.Conv2d) and 1 < module.groups == module.in_channels


def longest_path(model: nn.Module, *, pooling: bool = False) -> int:
    """Count the convolutions and fully connected layers on the longest path to the output.

    A separable convolution is two of them. This is the number in the names of VGG and ResNet.

    Args:
        model: any network that ``torch.fx`` can trace; on any device, in any mode.
        pooling: count poolings too.

    >>> from lsdl_helpers.models import build
    >>> longest_path(build("resnet50"))
    50
    """
    counted = _WEIGHTED + _POOLING if pooling else _WEIGHTED
    return _longest(model, lambda module: isinstance(module, counted))


def convolutional_layers(model: nn.Module) -> int:
    """Count the convolutions on the longest path, a separable one as one layer.

    As Chollet (2017) counts the 36 of Xception: a depthwise convolution and the 1x1 after it.
    """
    return _longest(
        model, lambda module: isinstance(module, nn.Conv2d) and not is_depthwise(module)
    )


def layers_with_weights(model: nn.Module) -> int:
    """Count all layers that own weights, on every path, normalizations too.

    This is the column "Depth" in the table of Keras Applications, where a separable convolution
    is one layer.

    >>> from lsdl_helpers.models import build
    >>> layers_with_weights(build("resnet50"))
    107
    """
    return sum(
        next(module.parameters(recurse=False), None) is not None and not is_depthwise(module)
        for module in model.modules()
    )


def _longest(model: nn.Module, counts: Callable[[nn.Module], bool]) -> int:
    with unchanged(model, _writable):
        graph = LayerTracer().trace(model)
    modules, depth = dict(model.named_modules()), {}
    for node in graph.nodes:  # in the order in which they run
        own = node.op == "call_module" and counts(modules[node.target])
        depth[node] = own + max((depth[before] for before in node.all_input_nodes), default=0)
    return max(depth.values())


def _writable(tensor: torch.Tensor) -> torch.Tensor:
    """Return what a trace may write into: it computes with all tensors but parameters."""
    return tensor if isinstance(tensor, nn.Parameter) else tensor.clone()
