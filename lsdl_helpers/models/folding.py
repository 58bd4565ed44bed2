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
    convolution has another reader, or that keeps no statistics.

    Args:
        network: takes one tensor; it is left as it is. What is not folded keeps its parameters,
            which both networks then share.

    Raises:
        ValueError: if ``torch.fx`` cannot follow its forward.

    Source: Jacob et al. (2018), section 3.2.

    >>> layers = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
    >>> [type(layer).__name__ for layer in fold_batch_norm(layers).children()]
    ['Conv2d', 'ReLU']
    """
    shared = {id(parameter): parameter for parameter in network.parameters()}
    network = copy.deepcopy(network, memo=shared).eval()  # parameters are not copied
    try:
        graph = LayerTracer().trace(network)
    except (fx.proxy.TraceError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"the network cannot be traced: {reason}") from error
    folded = fx.GraphModule(network, graph)
    modules = dict(folded.named_modules())
    for node in list(graph.nodes):
        if _can_fold(node, modules):
            convolution = node.args[0]
            fused = fuse_conv_bn_eval(modules[convolution.target], modules[node.target])
            folded.set_submodule(convolution.target, fused)
            node.replace_all_uses_with(convolution)
            graph.erase_node(node)
    folded.delete_all_unused_submodules()
    folded.recompile()
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
        and _num_calls(convolution) == 1
    )


def _num_calls(node: fx.Node) -> int:
    """Return how often the graph calls the node's module: a shared one must stay as it is."""
    return sum(other.target == node.target for other in node.graph.nodes)
