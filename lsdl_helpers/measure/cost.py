"""What a network costs, counted without running it: parameters, multiply-adds, bytes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from lsdl_helpers.measure.on_meta import on_meta, run
from lsdl_helpers.measure.traffic import TrafficMode

if TYPE_CHECKING:
    import pandas as pd

# Shape and bytes of each tensor that a module returned; 0 bytes where it was not new.
_Outputs = list[tuple[tuple[int, ...], int]]


@dataclass(frozen=True)
class LayerCost:
    """The counts of one layer: a module without parts, or with parameters or work of its own.

    ``moved_bytes`` are those that its operations read and write: inputs, weights and outputs.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    activation_bytes: int
    weight_bytes: int
    moved_bytes: int


@dataclass(frozen=True)
class Cost:
    """The counts of a network, layer by layer in the order in which they ran, and in total.

    A multiply-add is one multiplication and one addition, so two FLOPs. Activations are the
    outputs of all layers, those written in place counted once. Biases, normalization, pooling and
    activation functions count no multiply-adds, as is the custom.
    """

    layers: tuple[LayerCost, ...]

    @property
    def parameters(self) -> int:
        """All weights and biases."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """For one forward pass of the input shape that was given."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def activation_bytes(self) -> int:
        """Bytes of the outputs of all layers."""
        return sum(layer.activation_bytes for layer in self.layers)

    @property
    def weight_bytes(self) -> int:
        """Bytes of all parameters."""
        return sum(layer.weight_bytes for layer in self.layers)

    @property
    def units(self) -> int:
        """The neurons, as many as convolutions and fully connected layers have outputs."""
        return sum(math.prod(x.output_shape) for x in self.layers if x.multiply_adds)

    @property
    def moved_bytes(self) -> int:
        """Bytes that all operations read and write."""
        return sum(layer.moved_bytes for layer in self.layers)

    def select(self, part: str) -> Cost:
        """Return the cost of one module and those within it, e.g. "classifier".

        Raises:
            ValueError: if there is none of that name.
        """
        layers = tuple(x for x in self.layers if f"{x.name}.".startswith(f"{part}."))
        if not layers:
            parts = sorted({layer.name.split(".")[0] for layer in self.layers})
            raise ValueError(f"no part is named {part!r}; there are {', '.join(parts)}")
        return Cost(layers)

    def table(self) -> pd.DataFrame:
        """Return the layers that have parameters, a row a layer."""
        import pandas as pd

        rows = [vars(layer) for layer in self.layers if layer.parameters]
        columns = [name for name in LayerCost.__annotations__ if name != "moved_bytes"]
        return pd.DataFrame(rows, columns=columns).set_index("name")


def cost(
    model: nn.Module, input_shape: tuple[int, ...], *, dtype: torch.dtype | None = None
) -> Cost:
    """Count a network's parameters, multiply-adds and bytes for one forward pass.

    Runs it on the meta device, where tensors have a shape and no memory, so that a network
    built under ``torch.device("meta")`` is counted without ever being allocated. The network is
    left as it was. What two modules share weighs once, with the first of them; a module with
    two names works each time it runs, under its first name.

    Args:
        model: any module that takes one tensor.
        input_shape: (B, …), e.g. (1, 3, 224, 224).
        dtype: of the input, e.g. torch.int64 for token ids; None for that of the parameters.

    Raises:
        ValueError: if the network does not take such an input, or if shapes alone do not decide
            what it does; the message says which.

    >>> cost(nn.Conv2d(3, 64, 3, padding=1), (1, 3, 224, 224)).multiply_adds
    86704128
    """
    outputs, traffic = _trace(model, _input(model, tuple(input_shape), dtype))
    own, flops, moved = _own_parameters(model), traffic.flops, traffic.moved
    layers = [
        _layer_cost(name, module, own[name], outputs.get(name, []), flops[name], moved[name])
        for name, module in model.named_modules()
        if not list(module.children()) or own[name] or flops[name] or moved[name]
    ]
    order = {name: position for position, name in enumerate(outputs)}
    return Cost(tuple(sorted(layers, key=lambda layer: order.get(layer.name, len(order)))))


def _own_parameters(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """Return the parameters that each module holds itself; a shared one stands with the first."""
    first = dict(model.named_parameters())  # leaves out repetitions
    return {
        name: [
            parameter
            for key, parameter in module.named_parameters(name, recurse=False)
            if key in first
        ]
        for name, module in model.named_modules()
    }


def _trace(model: nn.Module, x: torch.Tensor) -> tuple[dict[str, _Outputs], TrafficMode]:
    """Run the network on meta tensors; return every module's outputs, and what it did itself."""
    outputs: dict[str, _Outputs] = {}
    tensors = {x.untyped_storage()._cdata: x}  # kept, so that no address comes twice

    def record(name: str, module: nn.Module, inputs: Any, output: Any) -> None:
        for tensor in output if isinstance(output, tuple | list) else [output]:
            if isinstance(tensor, torch.Tensor):
                storage = tensor.untyped_storage()._cdata
                new_bytes = 0 if storage in tensors else tensor.numel() * tensor.element_size()
                outputs.setdefault(name, []).append((tuple(tensor.shape), new_bytes))
                tensors[storage] = tensor

    with on_meta(model), TrafficMode(model) as traffic:
        for name, module in model.named_modules():
            module.register_forward_hook(partial(record, name))  # goes when all is put back
        run(model, x)
    return outputs, traffic


def _input(model: nn.Module, shape: tuple[int, ...], dtype: torch.dtype | None) -> torch.Tensor:
    own = next((parameter.dtype for parameter in model.parameters()), torch.float32)
    return torch.empty(shape, dtype=dtype or own, device="meta")


def _layer_cost(
    name: str,
    module: nn.Module,
    own: list[nn.Parameter],
    outputs: _Outputs,
    flops: int,
    moved_bytes: int,
) -> LayerCost:
    return LayerCost(
        name=name,
        kind=type(module).__name__,
        output_shape=outputs[-1][0] if outputs else (),
        parameters=sum(p.numel() for p in own),
        multiply_adds=flops // 2,
        activation_bytes=sum(new_bytes for _, new_bytes in outputs),
        weight_bytes=sum(p.numel() * p.element_size() for p in own),
        moved_bytes=moved_bytes,
    )
