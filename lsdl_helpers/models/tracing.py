"""Following a network's forward down to its layers."""

from torch import fx, nn


class LayerTracer(fx.Tracer):
    """Follows the calls down to layers; convolutions with padding of their own are layers too.

    >>> len(LayerTracer().trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU())).nodes)
    4
    """

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return isinstance(module, nn.Conv2d) or super().is_leaf_module(module, name)
