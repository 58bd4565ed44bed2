"""GoogLeNet: Table 1 of Szegedy et al. (2015), in the paper's form and in torchvision's.

torchvision's form has batch normalization after each convolution and no biases, 3x3 where the
table says 5x5, and a last pooling of 2x2. The keys of its state dict equal torchvision's.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts

# Table 1, the rows named inception: channels of each branch, before and after its reduction.
TABLE_1 = {
    # 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj
    "3a": ( 64,  96, 128, 16,  32,  32),
    "3b": (128, 128, 192, 32,  96,  64),
    "4a": (192,  96, 208, 16,  48,  64),
    "4b": (160, 112, 224, 24,  64,  64),
    "4c": (128, 128, 256, 24,  64,  64),
    "4d": (112, 144, 288, 32,  64,  64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip
POOLED = {"3b": "maxpool3", "4e": "maxpool4"}  # the poolings between the stages
HEADS = {"inception4a": "aux1", "inception4d": "aux2"}  # section 5: where the heads stand


class GoogLeNetOutputs(NamedTuple):
    """Outputs of the network in training with its heads; each (B, num_classes)."""

    logits: torch.Tensor
    aux_logits2: torch.Tensor
    aux_logits1: torch.Tensor


class BasicConv2d(nn.Module):
    """A convolution, batch normalization (or a bias in its place) and ReLU.

    Input (B, C, H, W); output (B, C', H', W').
    """

    def __init__(
        self,
        channels: int,
        out: int,
        kernel: int | tuple[int, int],
        *,
        stride: int = 1,
        padding: int | tuple[int, int] = 0,
        batch_norm: bool = True,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, padding, bias=not batch_norm)
        self.bn = nn.BatchNorm2d(out, eps=1e-3) if batch_norm else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Inception(nn.Module):
    """Four branches side by side, their channels concatenated (Figure 2b).

    Input (B, C, H, W); output (B, C', H, W), C' the sum over the branches. ``batch_norm`` is
    what torchvision's form has and the paper's has not, unless it is given.
    """

    def __init__(
        self, channels: int, row: tuple[int, ...], *, paper: bool, batch_norm: bool | None = None
    ) -> None:
        super().__init__()
        one, reduce3, three, reduce5, five, projection = row
        wide = 5 if paper else 3
        norm = not paper if batch_norm is None else batch_norm
        self.branch1 = _conv(channels, one, 1, norm)
        self.branch2 = nn.Sequential(
            _conv(channels, reduce3, 1, norm), _conv(reduce3, three, 3, norm)
        )
        self.branch3 = nn.Sequential(
            _conv(channels, reduce5, 1, norm), _conv(reduce5, five, wide, norm)
        )
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(3, 1, padding=1), _conv(channels, projection, 1, norm)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class AuxiliaryHead(nn.Module):
    """A small classifier on the middle of the network, in training only (section 5).

    Input (B, C, H, W), 14x14 in the paper, whose form needs that size; output (B, num_classes).
    ``widths`` are those of its convolution and of its first fully connected layer;
    ``batch_norm`` as in :class:`Inception`.
    """

    def __init__(
        self,
        channels: int,
        num_classes: int,
        *,
        paper: bool,
        batch_norm: bool | None = None,
        widths: tuple[int, int] = (128, 1024),
    ) -> None:
        super().__init__()
        narrow, wide = widths
        self.pool = nn.AvgPool2d(5, stride=3) if paper else nn.AdaptiveAvgPool2d(4)
        self.conv = _conv(channels, narrow, 1, not paper if batch_norm is None else batch_norm)
        self.fc1 = nn.Linear(narrow * 4 * 4, wide)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(wide, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(self.pool(x)).flatten(1)  # (B, 2048) in the paper
        return self.fc2(self.dropout(F.relu(self.fc1(x), inplace=True)))


class GoogLeNet(nn.Module):
    """Layers one after the other, an average over the picture, one fully connected layer.

    Args:
        layers: by name; together they map (B, 3, H, W) to (B, features, H/32, W/32).
        heads: the auxiliary heads by name; empty for none.
        num_classes: length of the output.
        dropout: before the last layer; 0.4 in the paper, 0.2 in torchvision.
        features: channels that the average leaves to the last layer.

    Input (B, 3, H, W), 224x224 in the paper; output (B, num_classes), the logits, and
    :class:`GoogLeNetOutputs` while it trains with its heads.
    """

    def __init__(
        self,
        layers: dict[str, nn.Module],
        heads: dict[str, nn.Module],
        num_classes: int = 1000,
        dropout: float = 0.2,
        features: int = 1024,
    ) -> None:
        super().__init__()
        self.order = tuple(layers)
        self.aux_logits = bool(heads)
        for name, module in {**layers, **heads}.items():
            self.add_module(name, module)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(features, num_classes)
        initialize(self, linear_std=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor | GoogLeNetOutputs:
        aux = []
        for name in self.order:
            x = getattr(self, name)(x)
            if self.training and self.aux_logits and name in HEADS:
                aux.append(getattr(self, HEADS[name])(x))
        x = self.avgpool(x).flatten(1)  # (B, features)
        logits = self.fc(self.dropout(x))
        return GoogLeNetOutputs(logits, *reversed(aux)) if aux else logits


def _conv(channels: int, out: int, kernel: int, batch_norm: bool, stride: int = 1) -> BasicConv2d:
    return BasicConv2d(
        channels, out, kernel, stride=stride, padding=kernel // 2, batch_norm=batch_norm
    )


def _pool(kernel: int = 3) -> nn.MaxPool2d:
    return nn.MaxPool2d(kernel, 2, ceil_mode=True)


def make_layers(table: dict[str, tuple[int, ...]], paper: bool) -> dict[str, nn.Module]:
    """Turn Table 1 into the layers, by torchvision's names, in the order of the forward pass."""
    layers: dict[str, nn.Module] = {
        "conv1": _conv(3, 64, 7, not paper, stride=2),  # (B, 64, H/2, W/2)
        "maxpool1": _pool(),  # (B, 64, H/4, W/4)
        "conv2": _conv(64, 64, 1, not paper),
        "conv3": _conv(64, 192, 3, not paper),
        "maxpool2": _pool(),  # (B, 192, H/8, W/8)
    }
    channels = 192
    for name, row in table.items():
        layers[f"inception{name}"] = Inception(channels, row, paper=paper)
        channels = row[0] + row[2] + row[4] + row[5]
        if name in POOLED:
            layers[POOLED[name]] = _pool(2 if name == "4e" and not paper else 3)
    return layers


@register
def googlenet(
    *, num_classes: int = 1000, aux_logits: bool = False, paper: bool = False
) -> GoogLeNet:
    """GoogLeNet: nine inception modules, 22 layers with weights in depth, 6.6 million parameters.

    Args:
        num_classes: length of the output.
        aux_logits: with the two auxiliary heads, which answer in training only.
        paper: the form of the paper: 5x5 filters, biases, no batch normalization. Its local
            response normalizations are left out, as Table 1 leaves them out.

    Raises:
        ValueError: for num_classes other than a whole number of at least 1.

    Source: Szegedy et al. (2015), Table 1.

    >>> googlenet(num_classes=10)(torch.zeros(2, 3, 224, 224)).shape
    torch.Size([2, 10])
    """
    require_counts(num_classes=num_classes)
    widths = {"aux1": 512, "aux2": 528} if aux_logits else {}
    heads = {
        name: AuxiliaryHead(channels, num_classes, paper=paper) for name, channels in widths.items()
    }
    layers = make_layers(TABLE_1, paper)
    return GoogLeNet(layers, heads, num_classes, dropout=0.4 if paper else 0.2)
