"""Inception-v3: Table 1 of Szegedy et al. (2016), with torchvision's widths, from one table.

The paper draws the modules and gives few of their widths; these are those of the weights that
its authors published. The keys of the state dict equal torchvision's.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from lsdl_helpers.models.googlenet import BasicConv2d
from lsdl_helpers.models.initialization import initialize
from lsdl_helpers.models.registry import register, require_counts

# A module is its branches by name; a branch is its convolutions, (channels, kernel), in order.
# Two in place of one are parallel. branch_pool begins with average pooling.
Branches = dict[str, tuple]
ROW, COLUMN = (1, 7), (7, 1)
SPLIT = ((384, (1, 3)), (384, (3, 1)))


def figure_5(pool: int) -> Branches:
    """Branches with the 5x5 of GoogLeNet's module, and with two 3x3 in its place; 35x35 pixels."""
    return {
        "branch1x1": ((64, 1),),
        "branch5x5": ((48, 1), (64, 5)),
        "branch3x3dbl": ((64, 1), (96, 3), (96, 3)),
        "branch_pool": ((pool, 1),),
    }


def figure_6(c: int) -> Branches:
    """Branches with 7x7 filters factorized into 1x7 and 7x1; 17x17 pixels."""
    return {
        "branch1x1": ((192, 1),),
        "branch7x7": ((c, 1), (c, ROW), (192, COLUMN)),
        "branch7x7dbl": ((c, 1), (c, COLUMN), (c, ROW), (c, COLUMN), (192, ROW)),
        "branch_pool": ((192, 1),),
    }


FIGURE_7 = {  # wide filter banks; 8x8 pixels
    "branch1x1": ((320, 1),),
    "branch3x3": ((384, 1), SPLIT),
    "branch3x3dbl": ((448, 1), (384, 3), SPLIT),
    "branch_pool": ((192, 1),),
}
# Table 1, the rows named Inception. Those without branch_pool halve the picture (Figure 10).
TABLE_1 = {
    "Mixed_5b": figure_5(32),
    "Mixed_5c": figure_5(64),
    "Mixed_5d": figure_5(64),
    "Mixed_6a": {"branch3x3": ((384, 3),), "branch3x3dbl": ((64, 1), (96, 3), (96, 3))},
    "Mixed_6b": figure_6(128),
    "Mixed_6c": figure_6(160),
    "Mixed_6d": figure_6(160),
    "Mixed_6e": figure_6(192),
    "Mixed_7a": {
        "branch3x3": ((192, 1), (320, 3)),
        "branch7x7x3": ((192, 1), (192, ROW), (192, COLUMN), (192, 3)),
    },
    "Mixed_7b": FIGURE_7,
    "Mixed_7c": FIGURE_7,
}
HEAD_AFTER = "Mixed_6e"


class InceptionOutputs(NamedTuple):
    """Outputs of the network in training with its head; each (B, num_classes)."""

    logits: torch.Tensor
    aux_logits: torch.Tensor


class Mixed(nn.Module):
    """An inception module: branches side by side, their channels concatenated.

    Without branch_pool the last convolution of each branch has stride 2, and a max-pooling of
    the input is one branch more.

    Input (B, C, H, W); output (B, ``out_channels``, H, W), or half of H and W.
    """

    def __init__(self, channels: int, branches: Branches) -> None:
        super().__init__()
        self.halves = "branch_pool" not in branches
        self.out_channels = channels if self.halves else 0
        self.paths = []  # a branch's convolutions by name, one or two a step
        for name, steps in branches.items():
            path, width = [], channels
            for k, step in enumerate(steps, 1):
                suffix = f"_{k}" if len(steps) > 1 else ""
                stride = 2 if self.halves and k == len(steps) else 1
                path.append(self._add(name + suffix, width, step, stride))
                width = _width(step)
            self.paths.append(path)
            self.out_channels += width

    def _add(self, name: str, channels: int, step: tuple, stride: int) -> list[str]:
        convolutions = (
            {name + "a": step[0], name + "b": step[1]} if _is_split(step) else {name: step}
        )
        for key, (out, kernel) in convolutions.items():
            padding = 0 if stride == 2 else _half(kernel)
            conv = BasicConv2d(channels, out, kernel, stride=stride, padding=padding)
            self.add_module(key, conv)
        return list(convolutions)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        outputs = [self._branch(x, path) for path in self.paths]
        if self.halves:
            outputs.append(F.max_pool2d(x, 3, stride=2))
        return torch.cat(outputs, 1)

    def _branch(self, x: torch.Tensor, path: list[list[str]]) -> torch.Tensor:
        if path[0] == ["branch_pool"]:
            x = F.avg_pool2d(x, 3, stride=1, padding=1)
        for names in path:
            outputs = [getattr(self, name)(x) for name in names]
            x = outputs[0] if len(outputs) == 1 else torch.cat(outputs, 1)
        return x


def _is_split(step: tuple) -> bool:
    return isinstance(step[0], tuple)


def _width(step: tuple) -> int:
    return sum(out for out, _ in step) if _is_split(step) else step[0]


def _half(kernel: int | tuple[int, int]) -> int | tuple[int, int]:
    return kernel // 2 if isinstance(kernel, int) else (kernel[0] // 2, kernel[1] // 2)


class AuxiliaryHead(nn.Module):
    """A small classifier on the middle of the network, in training only (Figure 8).

    Input (B, 768, 17, 17), no smaller; output (B, num_classes).
    """

    def __init__(self, channels: int, num_classes: int) -> None:
        super().__init__()
        self.conv0 = BasicConv2d(channels, 128, 1)
        self.conv1 = BasicConv2d(128, 768, 5)
        self.fc = nn.Linear(768, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.avg_pool2d(x, 5, stride=3)  # (B, 768, 5, 5)
        x = self.conv1(self.conv0(x))  # (B, 768, 1, 1)
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


class InceptionV3(nn.Module):
    """Layers one after the other, an average over the picture, one fully connected layer.

    Args:
        layers: by name; together they map (B, 3, 299, 299) to (B, 2048, 8, 8).
        head: an ``AuxiliaryHead``, or None.
        num_classes: length of the output.
        transform_input: undo torchvision's normalization for weights that expect -1 to 1.

    Input (B, 3, H, W) with H and W at least 75, 299 in the paper and in training with the head;
    output (B, num_classes), the logits, and :class:`InceptionOutputs` while it trains with its
    head.
    """

    def __init__(
        self,
        layers: dict[str, nn.Module],
        head: nn.Module | None,
        num_classes: int = 1000,
        transform_input: bool = False,
    ) -> None:
        super().__init__()
        self.order = tuple(layers)
        self.transform_input = transform_input
        for name, module in layers.items():
            self.add_module(name, module)
        self.AuxLogits = head
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2048, num_classes)
        initialize(self, linear_std=0.01)

    def forward(self, x: torch.Tensor) -> torch.Tensor | InceptionOutputs:
        x, aux = from_imagenet_normalization(x) if self.transform_input else x, None
        for name in self.order:
            x = getattr(self, name)(x)
            if self.training and self.AuxLogits is not None and name == HEAD_AFTER:
                aux = self.AuxLogits(x)
        x = self.avgpool(x).flatten(1)  # (B, 2048)
        logits = self.fc(self.dropout(x))
        return logits if aux is None else InceptionOutputs(logits, aux)


def from_imagenet_normalization(x: torch.Tensor) -> torch.Tensor:
    """Turn (color - mean) / std, with torchvision's constants, into 2 color - 1; (B, 3, H, W)."""
    std = x.new_tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    mean = x.new_tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    return x * (std / 0.5) + (mean - 0.5) / 0.5


def make_layers(table: dict[str, Branches]) -> dict[str, nn.Module]:
    """Turn Table 1 into the layers, by torchvision's names, in the order of the forward pass."""
    layers: dict[str, nn.Module] = {  # sizes for 299x299 pixels
        "Conv2d_1a_3x3": BasicConv2d(3, 32, 3, stride=2),  # (B, 32, 149, 149)
        "Conv2d_2a_3x3": BasicConv2d(32, 32, 3),  # (B, 32, 147, 147)
        "Conv2d_2b_3x3": BasicConv2d(32, 64, 3, padding=1),
        "maxpool1": nn.MaxPool2d(3, stride=2),  # (B, 64, 73, 73)
        "Conv2d_3b_1x1": BasicConv2d(64, 80, 1),
        "Conv2d_4a_3x3": BasicConv2d(80, 192, 3),  # (B, 192, 71, 71)
        "maxpool2": nn.MaxPool2d(3, stride=2),  # (B, 192, 35, 35)
    }
    channels = 192
    for name, branches in table.items():
        layers[name] = mixed = Mixed(channels, branches)
        channels = mixed.out_channels
    return layers


@register
def inception_v3(
    *, num_classes: int = 1000, aux_logits: bool = False, transform_input: bool = False
) -> InceptionV3:
    """Inception-v3: eleven modules, 48 layers with weights in depth, 23.8 million parameters.

    Args:
        num_classes: length of the output.
        aux_logits: with the auxiliary head, which answers in training only.
        transform_input: for weights that expect colors from -1 to 1, where the input has been
            normalized by torchvision's mean and standard deviation.

    Raises:
        ValueError: for num_classes other than a whole number of at least 1.

    Source: Szegedy et al. (2016), Table 1 and Figures 5 to 8.

    >>> inception_v3(num_classes=10).eval()(torch.zeros(2, 3, 299, 299)).shape
    torch.Size([2, 10])
    """
    require_counts(num_classes=num_classes)
    head = AuxiliaryHead(768, num_classes) if aux_logits else None
    return InceptionV3(make_layers(TABLE_1), head, num_classes, transform_input)
