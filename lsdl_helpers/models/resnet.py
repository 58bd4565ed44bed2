"""ResNet: Table 1 of He et al. (2016), as published, as usually built, and pre-activated.

The keys of the state dict equal torchvision's for v1 and v1.5, and those of timm's resnetv2
for preact, so that their weights load.
"""

from collections import OrderedDict

import torch
from torch import nn

from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts
from lsdl_helpers.models.residual import (
    ConvSpec,
    PreactBlock,
    ResidualBlock,
    changes_shape,
    projection,
)

# Table 1: the kind of block, and how many there are in each of the four stages.
TABLE_1 = {
    18:  ("basic",      (2, 2, 2, 2)),
    34:  ("basic",      (3, 4, 6, 3)),
    50:  ("bottleneck", (3, 4, 6, 3)),
    101: ("bottleneck", (3, 4, 23, 3)),
    152: ("bottleneck", (3, 8, 36, 3)),
}  # fmt: skip
WIDTHS = (64, 128, 256, 512)  # channels of the 3x3 convolutions, by stage
VARIANTS = ("v1", "v1.5", "preact")


def block_layers(kind: str, width: int, stride: int, variant: str) -> list[ConvSpec]:
    """Return the convolutions of one block: kernel, output channels, stride.

    A bottleneck has its stride in the first 1x1 as published (v1), which then never reads three
    of four numbers, or in the 3x3 (v1.5 and preact), which costs more work.

    >>> block_layers("bottleneck", 128, 2, "v1.5")
    [(1, 128, 1), (3, 128, 2), (1, 512, 1)]
    """
    if kind == "basic":
        return [(3, width, stride), (3, width, 1)]
    first, second = (stride, 1) if variant == "v1" else (1, stride)
    return [(1, width, first), (3, width, second), (1, 4 * width, 1)]


def make_stages(depth: int, variant: str) -> tuple[list[nn.Sequential], int]:
    """Turn a row of Table 1 into its four stages, and return their output channels too."""
    kind, counts = TABLE_1[depth]
    preact = variant == "preact"
    stages, channels = [], 64
    for number, (width, count) in enumerate(zip(WIDTHS, counts, strict=True)):
        blocks = []
        for k in range(count):
            layers = block_layers(kind, width, 2 if number > 0 and k == 0 else 1, variant)
            changed = changes_shape(channels, layers)
            downsample = projection(channels, layers, preact=preact) if changed else None
            blocks.append((PreactBlock if preact else ResidualBlock)(channels, layers, downsample))
            channels = layers[-1][1]
        stages.append(nn.Sequential(*blocks))
    return stages, channels


class ResNet(nn.Module):
    """Stem, four stages of blocks that rectify after the sum, average, one linear layer.

    Input (B, 3, H, W), 224x224 in the paper; output (B, num_classes), the logits.
    """

    def __init__(self, depth: int, variant: str, num_classes: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        stages, channels = make_stages(depth, variant)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)
        initialize(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (B, 64, H/4, W/4)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))  # (B, C, H/32, W/32)
        return self.fc(self.avgpool(x).flatten(1))  # (B, num_classes)


class PreactResNet(nn.Module):
    """The same with pre-activation: nothing but sums from the stem to the last normalization.

    Input and output as for :class:`ResNet`. The last layer is a 1x1 convolution, as in timm.
    """

    def __init__(self, depth: int, num_classes: int) -> None:
        super().__init__()
        stem = nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)
        self.stem = nn.Sequential(OrderedDict(conv=stem, pool=nn.MaxPool2d(3, 2, padding=1)))
        stages, channels = make_stages(depth, "preact")
        named = [OrderedDict(blocks=stage) for stage in stages]
        self.stages = nn.Sequential(*[nn.Sequential(stage) for stage in named])
        self.norm = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Sequential(OrderedDict(fc=nn.Conv2d(channels, num_classes, 1)))
        initialize(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stages(self.stem(x))  # (B, C, H/32, W/32)
        x = self.relu(self.norm(x))
        return self.head(self.avgpool(x)).flatten(1)  # (B, num_classes)


def make_resnet(depth: int, variant: str, num_classes: int) -> nn.Module:
    """Return the network of that row of Table 1; the builders call this.

    Raises:
        ValueError: for another variant, or no classes.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant is {variant!r}; it must be one of {', '.join(VARIANTS)}")
    require_counts(num_classes=num_classes)
    if variant == "preact":
        return PreactResNet(depth, num_classes)
    return ResNet(depth, variant, num_classes)


@register
def resnet18(*, variant: str = "v1.5", num_classes: int = 1000) -> nn.Module:
    """ResNet-18: 8 basic blocks, 11.7 million parameters; v1 and v1.5 are the same."""
    return make_resnet(18, variant, num_classes)


@register
def resnet34(*, variant: str = "v1.5", num_classes: int = 1000) -> nn.Module:
    """ResNet-34: 16 basic blocks, 21.8 million parameters; v1 and v1.5 are the same."""
    return make_resnet(34, variant, num_classes)


@register
def resnet50(*, variant: str = "v1.5", num_classes: int = 1000) -> nn.Module:
    """ResNet-50: 16 bottlenecks, 25.6 million parameters."""
    return make_resnet(50, variant, num_classes)


@register
def resnet101(*, variant: str = "v1.5", num_classes: int = 1000) -> nn.Module:
    """ResNet-101: 33 bottlenecks, 44.5 million parameters."""
    return make_resnet(101, variant, num_classes)


@register
def resnet152(*, variant: str = "v1.5", num_classes: int = 1000) -> nn.Module:
    """ResNet-152: 50 bottlenecks, 60.2 million parameters."""
    return make_resnet(152, variant, num_classes)
