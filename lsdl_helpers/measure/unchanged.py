"""Running a network to look at it, and leaving it as it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.utils._pytree import tree_map_only


@contextmanager
def unchanged(model: nn.Module, replace: Callable[[torch.Tensor], torch.Tensor]) -> Iterator[None]:
    """Restore all that a network's modules hold when the block ends, also after an error.

    Meanwhile the modules hold copies of their dictionaries, lists and tuples: parameters, buffers
    and modules, hooks, attributes of any other name. What lies in objects of another kind is not
    looked after. No other thread may use the network meanwhile.

    Args:
        model: any network; a module with two names is looked after once.
        replace: what the modules hold meanwhile in place of a tensor, called once for each.

    >>> layer = nn.Linear(2, 2)
    >>> with unchanged(layer, lambda tensor: tensor.to("meta")):
    ...     layer.eval().weight.device
    device(type='meta')
    >>> layer.weight.device, layer.training
    (device(type='cpu'), True)
    """
    held = [(module, dict(vars(module))) for module in model.modules()]
    replaced: dict[int, torch.Tensor] = {}

    def replace_once(tensor: torch.Tensor) -> torch.Tensor:
        if id(tensor) not in replaced:
            replaced[id(tensor)] = replace(tensor)
        return replaced[id(tensor)]

    try:
        for module, attributes in held:
            vars(module).update(tree_map_only(torch.Tensor, replace_once, attributes))
        yield
    finally:
        for module, attributes in held:
            vars(module).clear()
            vars(module).update(attributes)
