"""Data or model parallelism for a layer: what a rank computes, holds and sends under each."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import torch
from torch import nn

from lsdl_helpers.measure.cost import cost


@dataclass(frozen=True)
class LayerSize:
    """The size of a layer: its weights, and inputs, outputs and multiply-adds of one example.

    Args:
        weights: with biases.
        inputs, outputs: numbers an example.
        multiply_adds: of the forward pass, an example.
    """

    name: str
    weights: int
    inputs: int
    outputs: int
    multiply_adds: int

    @property
    def crossing_batch(self) -> float:
        """The batch, of all ranks together, below which it is cheaper to split the layer.

        Data parallelism sends every weight, model parallelism every input, so they send the
        same at weights / inputs. For a fully connected layer that is its number of outputs.
        """
        return self.weights / self.inputs


@dataclass(frozen=True)
class Share:
    """What one rank computes, holds and sends for a layer in one training step.

    Args:
        multiply_adds: forward and backward, which is three times forward.
        weights: that it holds.
        inputs: of the layer, numbers that it holds for the backward pass.
        sent: numbers that it sends, with ring collectives.
    """

    multiply_adds: float
    weights: float
    inputs: float
    sent: float


def data_parallel_share(layer: LayerSize, num_ranks: int, batch: int) -> Share:
    """Return a rank's share under data parallelism: the whole layer, and batch / n examples.

    Gradients are all-reduced: 2 (n - 1) / n · weights.

    >>> data_parallel_share(LayerSize("fc", 8, 2, 4, 8), 2, 16).sent
    8.0
    """
    n = num_ranks
    return Share(
        multiply_adds=3 * layer.multiply_adds * batch / n,
        weights=layer.weights,
        inputs=layer.inputs * batch / n,
        sent=2 * (n - 1) / n * layer.weights,
    )


def model_parallel_share(layer: LayerSize, num_ranks: int, batch: int) -> Share:
    """Return a rank's share under model parallelism: 1 / n of the outputs, for all examples.

    Inputs are all-gathered, and their gradients reduce-scattered:
    2 (n - 1) / n · batch · inputs. Source: Krizhevsky (2014), for fully connected layers.

    >>> model_parallel_share(LayerSize("fc", 8, 2, 4, 8), 2, 16).sent
    32.0
    """
    n = num_ranks
    return Share(
        multiply_adds=3 * layer.multiply_adds * batch / n,
        weights=layer.weights / n,
        inputs=layer.inputs * batch,
        sent=2 * (n - 1) / n * layer.inputs * batch,
    )


def add_shares(shares: Iterable[Share]) -> Share:
    """Add up the shares of several layers.

    >>> add_shares([Share(1, 2, 3, 4), Share(1, 0, 0, 0)])
    Share(multiply_adds=2, weights=2, inputs=3, sent=4)
    """
    return Share(*map(sum, zip(*map(astuple, shares), strict=True)))


WAYS = {"data": data_parallel_share, "model": model_parallel_share}


def plan(layers: Sequence[LayerSize], num_ranks: int, batch: int) -> dict[str, str]:
    """Return for each layer the way, "data" or "model", in which a rank sends less.

    >>> plan([LayerSize("fc", 8, 2, 4, 8)], num_ranks=2, batch=3)
    {'fc': 'model'}
    """
    return {
        layer.name: min(WAYS, key=lambda way: WAYS[way](layer, num_ranks, batch).sent)
        for layer in layers
    }


def transformer_shares(
    width: int, num_blocks: int, num_ranks: int, num_tokens: int
) -> dict[str, Share]:
    """Return a rank's share of a stack of transformer blocks, split in three ways.

    A block has 12 D² weights, and as many multiply-adds a token (biases, normalizations and
    the products within the attention are left out); of its inputs only the block's own are
    counted.

    - "data": as :func:`data_parallel_share`.
    - "tensor": columns, then rows, for attention and MLP: two all-reduces forward and two
      backward, 2 (n - 1) / n · tokens · D numbers each. Source: Shoeybi et al. (2019).
    - "pipeline": blocks / n blocks a rank; all tokens go on to the next rank, and their
      gradients back. The share is that of a rank in the middle.

    >>> {way: share.sent for way, share in transformer_shares(64, 4, 4, 100).items()}
    {'data': 294912.0, 'tensor': 153600.0, 'pipeline': 12800}
    """
    n, weights = num_ranks, 12 * width**2 * num_blocks
    multiply_adds = 3 * weights * num_tokens / n
    inputs = num_tokens * width * num_blocks
    once = 2 * (n - 1) / n  # how often an all-reduce sends each number
    return {
        "data": Share(multiply_adds, weights, inputs / n, once * weights),
        "tensor": Share(multiply_adds, weights / n, inputs, 4 * once * inputs),
        "pipeline": Share(multiply_adds, weights / n, inputs / n, 2 * num_tokens * width),
    }


def needed_bandwidth(share: Share, peak: float, num_bytes: int) -> float:
    """Return the bandwidth, in bytes/s, at which sending takes as long as computing.

    Args:
        peak: FLOP/s of a rank; a multiply-add is two.
        num_bytes: of a number that is sent.

    >>> needed_bandwidth(Share(1e6, 0, 0, 1e3), peak=2e9, num_bytes=4)
    4000000.0
    """
    return share.sent * num_bytes * peak / (2 * share.multiply_adds)


def layer_sizes(model: nn.Module, input_shape: tuple[int, ...]) -> list[LayerSize]:
    """Return the sizes of the convolutions and fully connected layers of a network, in order.

    Args:
        input_shape: (1, …).

    Raises:
        ValueError: if the first length is not 1, or the network does not take such an input.

    >>> layer_sizes(nn.Linear(2, 4), (1, 2))
    [LayerSize(name='', weights=12, inputs=2, outputs=4, multiply_adds=8)]
    """
    if input_shape[0] != 1:
        raise ValueError(f"the batch is {input_shape[0]}; one example is counted")
    inputs: dict[str, int] = {}
    handles = [
        module.register_forward_pre_hook(_input_counter(inputs, name))
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    try:
        layers = cost(model, input_shape).layers
    finally:
        for handle in handles:
            handle.remove()
    return [
        LayerSize(x.name, x.parameters, inputs[x.name], math.prod(x.output_shape), x.multiply_adds)
        for x in layers
        if x.name in inputs
    ]


def _input_counter(inputs: dict[str, int], name: str) -> Any:
    def hook(module: nn.Module, args: tuple[torch.Tensor, ...]) -> None:
        inputs[name] = args[0].numel()

    return hook
