"""Xception: Figure 5 of Chollet (2017), from one table.

The keys of the state dict equal those of timm's legacy_xception. As there, the poolings and the
strided convolutions pad both sides alike; Keras, where the paper's weights come from, pads the
right and the bottom more where the number of zeros is odd.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn

from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts

# Figure 5: the twelve modules with a shortcut. The two convolutions before them and the two
# separable ones after them make fourteen modules and 36 convolutional layers.
FIGURE_5 = (
    # channels of the separable convolutions, stride
    ((128, 128), 2),
    ((256, 256), 2),
    ((728, 728), 2),
    *(((728, 728, 728), 1),) * 8,
    ((728, 1024), 2),
)


class SeparableConv2d(nn.Module):
    """A depthwise separable convolution: 3x3 within each channel, then 1x1 across channels.

    Input (B, C, H, W); output (B, C', H, W).
    """

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, out, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pointwise(self.conv1(x))


class XceptionBlock(nn.Module):
    """Separable convolutions, each after a ReLU, and a shortcut around them.

    The shortcut is a 1x1 convolution where the shape changes. Stride 2 is a max-pooling.

    Args:
        channels: of the input.
        outs: channels after each separable convolution.
        stride: 1 or 2.
        starts_with_relu: false where the layer before has one.

    Input (B, C, H, W); output (B, outs[-1], ⌈H/stride⌉, ⌈W/stride⌉).
    """

    def __init__(
        self, channels: int, outs: tuple[int, ...], stride: int, starts_with_relu: bool = True
    ) -> None:
        super().__init__()
        if stride > 1 or channels != outs[-1]:
            self.skip = nn.Conv2d(channels, outs[-1], 1, stride, bias=False)
            self.skipbn = nn.BatchNorm2d(outs[-1])
        else:
            self.skip = self.skipbn = None
        layers: list[nn.Module] = []
        for k, out in enumerate(outs):
            if k or starts_with_relu:
                layers.append(nn.ReLU(inplace=k > 0))  # the shortcut needs the input as it is
            layers += [SeparableConv2d(channels, out), nn.BatchNorm2d(out)]
            channels = out
        if stride > 1:
            layers.append(nn.MaxPool2d(3, stride, padding=1))
        self.rep = nn.Sequential(*layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.rep(x)
        y += x if self.skip is None else self.skipbn(self.skip(x))
        return y


class Xception(nn.Sequential):
    """Layers by name, an average over the picture, dropout, one fully connected layer.

    Args:
        layers: together they map (B, 3, H, W) to (B, 2048, H/32, W/32).
        num_classes: length of the output.

    Input (B, 3, H, W), 299x299 in the paper; output (B, num_classes), the logits.
    """

    def __init__(self, layers: dict[str, nn.Module], num_classes: int = 1000) -> None:
        head = {
            "global_pool": nn.AdaptiveAvgPool2d(1),
            "flatten": nn.Flatten(),  # (B, 2048)
            "dropout": nn.Dropout(0.5),
            "fc": nn.Linear(2048, num_classes),
        }
        super().__init__(OrderedDict({**layers, **head}))
        initialize(self, linear_std=0.01)


def make_layers(modules: tuple[tuple[tuple[int, ...], int], ...]) -> dict[str, nn.Module]:
    """Turn Figure 5 into the layers, by timm's names, in order; sizes for 299x299 pixels."""
    layers: dict[str, nn.Module] = {}
    _add(layers, 1, nn.Conv2d(3, 32, 3, stride=2, bias=False))  # (B, 32, 149, 149)
    _add(layers, 2, nn.Conv2d(32, 64, 3, bias=False))  # (B, 64, 147, 147)
    channels = 64
    for k, (outs, stride) in enumerate(modules, 1):
        layers[f"block{k}"] = XceptionBlock(channels, outs, stride, starts_with_relu=k > 1)
        channels = outs[-1]
    # (B, 1024, 10, 10)
    _add(layers, 3, SeparableConv2d(channels, 1536))
    _add(layers, 4, SeparableConv2d(1536, 2048))
    return layers


def _add(layers: dict[str, nn.Module], k: int, conv: nn.Conv2d | SeparableConv2d) -> None:
    last = conv.pointwise if isinstance(conv, SeparableConv2d) else conv
    layers[f"conv{k}"] = conv
    layers[f"bn{k}"] = nn.BatchNorm2d(last.out_channels)
    layers[f"act{k}"] = nn.ReLU(inplace=True)


@register
def xception(*, num_classes: int = 1000) -> Xception:
    """Xception: 36 convolutional layers, 34 of them separable, 22.9 million parameters.

    Args:
        num_classes: length of the output.

    Raises:
        ValueError: for num_classes other than a whole number of at least 1.

    Source: Chollet (2017), Figure 5.

    >>> xception(num_classes=10)(torch.zeros(2, 3, 299, 299)).shape
    torch.Size([2, 10])
    """
    require_counts(num_classes=num_classes)
    return Xception(make_layers(FIGURE_5), num_classes)
