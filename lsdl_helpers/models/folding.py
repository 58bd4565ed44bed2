"""Folding batch normalization into the convolution before it."""

import copy

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from lsdl_helpers.models.tracing import LayerTracer


def fold_batch_norm(network: nn.Module) -> nn.Module:
    """Return a network in evaluation mode whose convolutions do the batch normalizations, too.

    With its stored statistics a normalization is one factor and one summand a channel:
    gamma · (w * x - mean) / sigma + beta = (gamma w / sigma) * x + (beta - gamma mean / sigma).
    So the answers differ by rounding alone. One stays that does not follow a convolution, whose
    convolution has another reader, or that keeps no statistics. In the place of one that is gone
    stands an ``nn.Identity``.

    Args:
        network: takes one tensor; it is left as it is. What is not folded keeps its parameters,
            which both networks then share.

    Raises:
        ValueError: if ``torch.fx`` cannot follow its forward.

    Source: Jacob et al. (2018), section 3.2.

    >>> layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
    >>> [type(layer).__name__ for layer in fold_batch_norm(layers)]
    ['Conv2d', 'Identity', 'ReLU']
    """
    shared = {id(parameter): parameter for parameter in network.parameters()}
    folded = copy.deepcopy(network, memo=shared).eval()  # parameters are not copied
    try:
        graph = LayerTracer().trace(folded)
    except (fx.proxy.TraceError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"the network cannot be traced: {reason}") from error
    modules = dict(folded.named_modules())
    for node in graph.nodes:
        if _can_fold(node, modules):
            convolution, normalization = node.args[0].target, node.target
            fused = fuse_conv_bn_eval(modules[convolution], modules[normalization])
            folded.set_submodule(convolution, fused)
            folded.set_submodule(normalization, nn.Identity())
    return folded


def _can_fold(node: fx.Node, modules: dict[str, nn.Module]) -> bool:
    if node.op != "call_module" or not isinstance(modules[node.target], nn.BatchNorm2d):
        return False
    convolution = node.args[0]
    return (
        modules[node.target].track_running_stats
        and convolution.op == "call_module"
        and isinstance(modules[convolution.target], nn.Conv2d)
        and len(convolution.users) == 1
        and _num_calls(convolution) == _num_calls(node) == 1
    )


def _num_calls(node: fx.Node) -> int:
    """Return how often the graph calls the node's module: a shared one must stay as it is."""
    return sum(other.target == node.target for other in node.graph.nodes)
