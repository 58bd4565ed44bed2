"""The small ResNets of section 4.2 of He et al. (2016), and their twins without shortcuts.

Made for the 32x32 pictures of CIFAR-10; narrower and on smaller pictures they train in seconds.
"""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts
from lsdl_helpers.models.residual import (
    ConvSpec,
    PadShortcut,
    PreactBlock,
    ResidualBlock,
    changes_shape,
    conv,
    total_stride,
)

VARIANTS = ("v1", "preact")


def make_blocks(
    num_blocks: int, width: int, *, residual: bool, preact: bool, batch_norm: bool
) -> nn.Sequential:
    """Return three stages of blocks of two 3x3 convolutions; a new stage halves and doubles."""
    block = PreactBlock if preact else ResidualBlock
    norm = nn.BatchNorm2d if batch_norm else lambda channels: nn.Identity()
    blocks, channels = [], width
    for stage in range(3):
        for k in range(num_blocks):
            out = width * 2**stage
            layers: list[ConvSpec] = [(3, out, 2 if stage > 0 and k == 0 else 1), (3, out, 1)]
            pad = None
            if residual and changes_shape(channels, layers):
                pad = PadShortcut(channels, out, total_stride(layers))
            blocks.append(block(channels, layers, pad, residual=residual, norm=norm))
            channels = out
    return nn.Sequential(*blocks)


class CifarResNet(nn.Module):
    """One 3x3 convolution, 6n more in three stages, average, one linear layer: 6n + 2 layers.

    Args:
        num_blocks: n, the blocks of a stage.
        residual: with shortcuts, which have no parameters (option A), or plain.
        variant: "v1", which rectifies after the sum, or "preact".
        batch_norm: False leaves normalization out and gives the convolutions biases.
        width: channels of the first stage; 16 in the paper.
        in_channels: of the picture.
        num_classes: length of the output.

    Input (B, in_channels, H, W), 32x32 in the paper; output (B, num_classes), the logits.

    Raises:
        ValueError: for another variant, or a size below 1.
    """

    def __init__(
        self,
        num_blocks: int,
        *,
        residual: bool = True,
        variant: str = "v1",
        batch_norm: bool = True,
        width: int = 16,
        in_channels: int = 3,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        if variant not in VARIANTS:
            raise ValueError(f"variant is {variant!r}; it must be one of {', '.join(VARIANTS)}")
        require_counts(width=width, in_channels=in_channels, num_classes=num_classes)
        preact = variant == "preact"
        self.stem = conv(in_channels, (3, width, 1), bias=not batch_norm)
        self.first = self._norm(width, batch_norm and not preact)
        self.blocks = make_blocks(
            num_blocks, width, residual=residual, preact=preact, batch_norm=batch_norm
        )
        self.last = self._norm(4 * width, batch_norm and preact)
        self.fc = nn.Linear(4 * width, num_classes)
        initialize(self)

    @staticmethod
    def _norm(channels: int, wanted: bool) -> nn.Module:
        return nn.BatchNorm2d(channels) if wanted else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(self.stem(x))  # (B, width, H, W)
        x = self.blocks(F.relu(x))  # (B, 4 width, H/4, W/4)
        x = F.relu(self.last(x))
        return self.fc(x.mean((2, 3)))  # (B, num_classes)


def _builder(depth: int, millions: float) -> Callable[..., CifarResNet]:
    def builder(
        *,
        residual: bool = True,
        variant: str = "v1",
        batch_norm: bool = True,
        width: int = 16,
        in_channels: int = 3,
        num_classes: int = 10,
    ) -> CifarResNet:
        return CifarResNet(
            (depth - 2) // 6,
            residual=residual,
            variant=variant,
            batch_norm=batch_norm,
            width=width,
            in_channels=in_channels,
            num_classes=num_classes,
        )

    builder.__name__ = builder.__qualname__ = f"resnet{depth}"
    builder.__doc__ = (
        f"ResNet-{depth} for small pictures: {millions} million parameters, with or without "
        "shortcuts. The options are those of :class:`CifarResNet`."
    )
    return register(builder)


resnet20 = _builder(20, 0.27)
resnet56 = _builder(56, 0.85)
resnet110 = _builder(110, 1.7)
