"""VGG: the six configurations of Table 1 in Simonyan and Zisserman (2015), from one table.

The keys of the state dict equal torchvision's for A, B, D and E, so that its weights load.
"""

import torch
from torch import nn

from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts

# Table 1: a tuple a stage, each stage ending in a 2x2 max-pooling. A number is a 3x3
# convolution with that many output channels, "1x1" one that keeps their number.
TABLE_1 = {
    "A":     ((64,),       (128,),     (256,) * 2,        (512,) * 2,        (512,) * 2),
    "A-LRN": ((64, "LRN"), (128,),     (256,) * 2,        (512,) * 2,        (512,) * 2),
    "B":     ((64, 64),    (128, 128), (256,) * 2,        (512,) * 2,        (512,) * 2),
    "C":     ((64, 64),    (128, 128), (256, 256, "1x1"), (512, 512, "1x1"), (512, 512, "1x1")),
    "D":     ((64, 64),    (128, 128), (256,) * 3,        (512,) * 3,        (512,) * 3),
    "E":     ((64, 64),    (128, 128), (256,) * 4,        (512,) * 4,        (512,) * 4),
}  # fmt: skip


class VGG(nn.Module):
    """A stack of convolutions, then three fully connected layers.

    Args:
        features: the convolutional part; maps (B, 3, H, W) to (B, 512, H/32, W/32).
        num_classes: length of the output.

    Input (B, 3, H, W) with H and W at least 32, 224 in the paper; output (B, num_classes),
    the logits. Other sizes than 224 are averaged to 7x7 before the first fully connected
    layer, as torchvision does; at 224 that changes nothing.
    """

    def __init__(self, features: nn.Sequential, num_classes: int = 1000) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        with torch.device("meta"):  # torch's own draw of 120 million weights would be lost
            self.classifier = nn.Sequential(
                nn.Linear(512 * 7 * 7, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
                nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
                nn.Linear(4096, num_classes),
            )  # fmt: skip
        self.classifier.to_empty(device=torch.get_default_device())
        # The paper had to train A first and copy its layers into the deeper ones (section 3.1).
        initialize(self, linear_std=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.avgpool(self.features(x))  # (B, 512, 7, 7)
        return self.classifier(x.flatten(1))  # (B, num_classes)


def make_layers(stages: tuple[tuple[int | str, ...], ...], batch_norm: bool) -> nn.Sequential:
    """Turn a row of Table 1 into the convolutional part.

    Local response normalization has the constants of Krizhevsky et al. (2012): n = 5,
    k = 2, α = 1e-4, β = 0.75. torch divides α by n, the paper does not.
    """
    layers: list[nn.Module] = []
    channels = 3
    for stage in stages:
        for entry in stage:
            if entry == "LRN":
                layers.append(nn.LocalResponseNorm(5, alpha=5 * 1e-4, beta=0.75, k=2.0))
                continue
            kernel, out = (1, channels) if entry == "1x1" else (3, entry)
            layers.append(nn.Conv2d(channels, out, kernel, padding=kernel // 2))
            if batch_norm:
                layers.append(nn.BatchNorm2d(out))
            layers.append(nn.ReLU(inplace=True))
            channels = out
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


def _vgg(letter: str, batch_norm: bool, num_classes: int) -> VGG:
    require_counts(num_classes=num_classes)
    return VGG(make_layers(TABLE_1[letter], batch_norm), num_classes)


@register
def vgg11(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration A: 8 convolutions, 11 layers with weights."""
    return _vgg("A", batch_norm, num_classes)


@register
def vgg11_lrn(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration A-LRN: A with local response normalization after the first layer."""
    return _vgg("A-LRN", batch_norm, num_classes)


@register
def vgg13(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration B: 10 convolutions, 13 layers with weights."""
    return _vgg("B", batch_norm, num_classes)


@register
def vgg16_c(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration C: B with a 1x1 convolution in each of the last three stages."""
    return _vgg("C", batch_norm, num_classes)


@register
def vgg16(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration D: 13 convolutions, 16 layers with weights; known as VGG-16."""
    return _vgg("D", batch_norm, num_classes)


@register
def vgg19(*, batch_norm: bool = False, num_classes: int = 1000) -> VGG:
    """Configuration E: 16 convolutions, 19 layers with weights; known as VGG-19."""
    return _vgg("E", batch_norm, num_classes)
