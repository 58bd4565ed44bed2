"""A network of one convolution, and its convolution without shared weights."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def one_convolution(channels: int = 16, *, pool: bool = True) -> nn.Sequential:
    """Return a 3×3 convolution, 2×2 max-pooling and a dense layer: (B, 1, 16, 16) to (B, 10).

    Args:
        channels: of the convolution.
        pool: False leaves the pooling out; the dense layer then has four times the weights.

    Raises:
        ValueError: for no channel.

    >>> one_convolution()(torch.rand(5, 1, 16, 16)).shape
    torch.Size([5, 10])
    """
    if channels < 1:
        raise ValueError(f"channels={channels}; it must be at least 1")
    pooling = [nn.MaxPool2d(2)] if pool else []
    features = channels * 16**2 // (4 if pool else 1)
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1), nn.ReLU(), *pooling,
        nn.Flatten(), nn.Linear(features, 10),
    )  # fmt: skip


class LocallyConnected(nn.Module):
    """A 3×3 convolution, padding 1, that does not share its weights between positions.

    y[o, p] = b[o, p] + Σ_k w[p, k, o] x_p[k], with x_p the pixels around position p.

    Args:
        in_channels: of the input.
        out_channels: of the output.
        side: height and width of input and output, in pixels.

    Raises:
        ValueError: for a size below 1.

    The first weights are drawn as torch draws those of ``nn.Conv2d``.

    >>> LocallyConnected(1, 16, 8)(torch.rand(5, 1, 8, 8)).shape
    torch.Size([5, 16, 8, 8])
    """

    def __init__(self, in_channels: int, out_channels: int, side: int) -> None:
        super().__init__()
        if min(in_channels, out_channels, side) < 1:
            given = f"in_channels={in_channels}, out_channels={out_channels}, side={side}"
            raise ValueError(f"{given}; each must be at least 1")
        bound = (9 * in_channels) ** -0.5
        weight = torch.empty(side**2, 9 * in_channels, out_channels).uniform_(-bound, bound)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.empty(out_channels, side**2).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, in_channels, side, side) to (B, out_channels, side, side)."""
        around = F.unfold(x, 3, padding=1).permute(2, 0, 1)  # (P, B, 9 C)
        y = torch.bmm(around, self.weight).permute(1, 2, 0) + self.bias  # (B, O, P)
        return y.view(len(x), -1, *x.shape[2:])
