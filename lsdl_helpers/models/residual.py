"""Residual blocks: convolutions, and a shortcut around them.

After He et al. (2016), "Deep residual learning" and "Identity mappings in deep residual networks".
"""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

ConvSpec = tuple[int, int, int]  # kernel, output channels, stride
Norm = Callable[[int], nn.Module]  # channels -> normalization


def conv(channels: int, spec: ConvSpec, *, bias: bool = False) -> nn.Conv2d:
    """Return a convolution that keeps height and width but for its stride.

    >>> conv(64, (3, 128, 2))(torch.zeros(1, 64, 56, 56)).shape
    torch.Size([1, 128, 28, 28])
    """
    kernel, out, stride = spec
    return nn.Conv2d(channels, out, kernel, stride, padding=kernel // 2, bias=bias)


def changes_shape(channels: int, layers: list[ConvSpec]) -> bool:
    """Tell whether the output of a block has another shape than its input."""
    return layers[-1][1] != channels or any(stride > 1 for _, _, stride in layers)


def total_stride(layers: list[ConvSpec]) -> int:
    """Return the factor by which a block divides height and width."""
    return max(stride for _, _, stride in layers)


class PadShortcut(nn.Module):
    """The shortcut without parameters (option A): every second pixel, new channels zero.

    Input (B, C, H, W); output (B, C', H/stride, W/stride).
    """

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.stride, self.num_new = stride, out - channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.num_new))


class ResidualBlock(nn.Module):
    """y = relu(F(x) + shortcut(x)), F being convolutions with a normalization after each.

    Args:
        channels: of the input.
        layers: kernel, output channels and stride of each convolution.
        downsample: the shortcut where the shape changes; None where it is x itself.
        residual: False leaves the shortcut out, which makes the block a plain one.
        norm: from channels to the normalization, with which convolutions need no bias.

    Input (B, C, H, W); output (B, C', H/stride, W/stride).
    """

    def __init__(
        self,
        channels: int,
        layers: list[ConvSpec],
        downsample: nn.Module | None = None,
        *,
        residual: bool = True,
        norm: Norm = nn.BatchNorm2d,
    ) -> None:
        super().__init__()
        self.num_layers, self.residual = len(layers), residual
        for k, spec in enumerate(layers, start=1):
            self._add_layer(k, channels, spec, norm)
            channels = spec[1]
        self.downsample = downsample

    def _add_layer(self, k: int, channels: int, spec: ConvSpec, norm: Norm) -> None:
        normalization = norm(spec[1])
        bias = isinstance(normalization, nn.Identity)
        self.add_module(f"conv{k}", conv(channels, spec, bias=bias))
        self.add_module(f"bn{k}", normalization)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x if self.downsample is None else self.downsample(x)
        for k in range(1, self.num_layers + 1):
            x = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(x))
            if k < self.num_layers:
                x = F.relu(x, inplace=True)
        return F.relu(x + shortcut if self.residual else x, inplace=True)


class PreactBlock(ResidualBlock):
    """y = F(x) + shortcut, where F normalizes and rectifies before each convolution.

    So nothing stands between one sum and the next. Arguments, input and output as for
    :class:`ResidualBlock`; a ``downsample`` gets the input normalized and rectified.
    """

    def _add_layer(self, k: int, channels: int, spec: ConvSpec, norm: Norm) -> None:
        normalization = norm(channels)
        bias = isinstance(normalization, nn.Identity)
        self.add_module(f"norm{k}", normalization)
        self.add_module(f"conv{k}", conv(channels, spec, bias=bias))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = x
        for k in range(1, self.num_layers + 1):
            x = F.relu(getattr(self, f"norm{k}")(x), inplace=k > 1)  # the first x is the shortcut
            if k == 1 and self.downsample is not None:
                shortcut = self.downsample(x)
            x = getattr(self, f"conv{k}")(x)
        return x + shortcut if self.residual else x


def projection(channels: int, layers: list[ConvSpec], *, preact: bool = False) -> nn.Module:
    """Return the 1x1 convolution by which a shortcut changes its shape (option B)."""
    out = layers[-1][1]
    layer = conv(channels, (1, out, total_stride(layers)))
    if preact:  # the block has normalized its input already
        return nn.Sequential(OrderedDict(conv=layer))
    return nn.Sequential(layer, nn.BatchNorm2d(out))
