"""Tensor parallelism by hand: linear layers split by columns and by rows over the ranks."""

from typing import Any, ClassVar

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional as F


class TensorParallelGroup:
    """The ranks that share a layer, their collectives, and the bytes of each all-reduce.

    Attributes:
        rank, size: of this process and of the group.
        all_reduced_bytes: size of the tensor of each all-reduce so far, in order.
    """

    def __init__(self, process_group: dist.ProcessGroup | None = None) -> None:
        self.process_group = process_group
        self.rank = dist.get_rank(process_group)
        self.size = dist.get_world_size(process_group)
        self.all_reduced_bytes: list[int] = []

    def all_reduce(self, x: torch.Tensor) -> torch.Tensor:
        """Return the sum of `x` over the ranks, as a new tensor."""
        total = x.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total, group=self.process_group)
        self.all_reduced_bytes.append(total.numel() * total.element_size())
        return total

    def shard(self, x: torch.Tensor, dim: int) -> torch.Tensor:
        """Return this rank's part of `x`, which is cut into equal parts along `dim`.

        Raises:
            ValueError: if the length is no multiple of the ranks.
        """
        if x.shape[dim] % self.size:
            raise ValueError(f"{x.shape[dim]} is no multiple of {self.size} ranks")
        return x.detach().chunk(self.size, dim)[self.rank].clone()

    def all_gather(self, part: torch.Tensor, dim: int) -> torch.Tensor:
        """Concatenate the parts of all ranks along `dim`, on every rank."""
        parts = [torch.empty_like(part) for _ in range(self.size)]
        dist.all_gather(parts, part.detach().contiguous(), group=self.process_group)
        return torch.cat(parts, dim)


class _CopyToRanks(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, group: TensorParallelGroup) -> torch.Tensor:
        ctx.group = group
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return ctx.group.all_reduce(gradient), None


class _SumOverRanks(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, group: TensorParallelGroup) -> torch.Tensor:
        return group.all_reduce(x)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return gradient, None


def copy_to_ranks(x: torch.Tensor, group: TensorParallelGroup) -> torch.Tensor:
    """Return `x`, the same on all ranks; backward, the gradient is summed over the ranks.

    Source: Shoeybi et al. (2019), their f.
    """
    return _CopyToRanks.apply(x, group)


def sum_over_ranks(x: torch.Tensor, group: TensorParallelGroup) -> torch.Tensor:
    """Return the sum of `x` over the ranks; backward, every rank takes the whole gradient.

    Source: Shoeybi et al. (2019), their g.
    """
    return _SumOverRanks.apply(x, group)


class ColumnParallelLinear(nn.Module):
    """This rank's part of the outputs of a linear layer: y_r = x W_rᵀ + b_r.

    Takes (…, in_features), the same on all ranks; returns (…, out_features / ranks), one part a
    rank. The weight is cut along its outputs, which are the columns of Wᵀ.

    Raises:
        ValueError: if the outputs are no multiple of the ranks.
    """

    shard_dims: ClassVar = {"weight": 0, "bias": 0}

    def __init__(self, linear: nn.Linear, group: TensorParallelGroup) -> None:
        super().__init__()
        self.group = group
        self.weight = nn.Parameter(group.shard(linear.weight, 0))
        self.bias = nn.Parameter(group.shard(linear.bias, 0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(copy_to_ranks(x, self.group), self.weight, self.bias)


class RowParallelLinear(nn.Module):
    """A linear layer whose inputs are spread over the ranks: y = Σ_r x_r W_rᵀ + b.

    Takes (…, in_features / ranks), one part a rank; returns (…, out_features), the same on all
    ranks. The weight is cut along its inputs, which are the rows of Wᵀ; the bias is whole, and
    added once.

    Raises:
        ValueError: if the inputs are no multiple of the ranks.
    """

    shard_dims: ClassVar = {"weight": 1}

    def __init__(self, linear: nn.Linear, group: TensorParallelGroup) -> None:
        super().__init__()
        self.group = group
        self.weight = nn.Parameter(group.shard(linear.weight, 1))
        self.bias = nn.Parameter(linear.bias.detach().clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return sum_over_ranks(F.linear(x, self.weight), self.group) + self.bias


def split_linear_layers(
    module: nn.Module, group: TensorParallelGroup, *, columns: set[str], rows: set[str]
) -> nn.Module:
    """Split the linear layers of these names, wherever they are in `module`; return it.

    Every rank begins with the same whole module and keeps its part of it.

    >>> from lsdl_helpers.launch import join
    >>> from lsdl_helpers.parallel.model.transformer import TransformerBlock
    >>> with join("gloo"):
    ...     block, group = TransformerBlock(64, 4), TensorParallelGroup()
    ...     block = split_linear_layers(block, group, columns=block.columns, rows=block.rows)
    """
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if name in columns:
                setattr(parent, name, ColumnParallelLinear(child, group))
            elif name in rows:
                setattr(parent, name, RowParallelLinear(child, group))
    return module


def gather_parameters(module: nn.Module) -> dict[str, torch.Tensor]:
    """Gather the parameters of a split module, with the names and shapes of the whole one.

    Every rank calls it, and gets all of them.
    """
    gathered = {}
    for prefix, part in module.named_modules():
        shard_dims = getattr(part, "shard_dims", {})
        for name, parameter in part.named_parameters(prefix, recurse=False):
            dim = shard_dims.get(name.rpartition(".")[2])
            whole = parameter.detach() if dim is None else part.group.all_gather(parameter, dim)
            gathered[name] = whole
    return gathered
