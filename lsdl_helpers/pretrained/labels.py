"""From logits to labels: the name of a class and its probability."""

from collections.abc import Sequence
from typing import NamedTuple

import torch


class Label(NamedTuple):
    """The name of a class and the probability that the network gives it."""

    name: str
    probability: float

    def __str__(self) -> str:
        return f"{self.probability:6.1%} {self.name}"


def top_labels(logits: torch.Tensor, names: Sequence[str], top: int = 5) -> list[Label]:
    """Turn the logits of one picture into labels: p = softmax(logits), the largest first.

    Args:
        logits: (1, C) or (C,), float.
        names: of the C classes, in the order of the logits.
        top: how many labels, 1 to C.

    Raises:
        ValueError: for another ``top`` or shape.

    >>> top_labels(torch.zeros(1, 2), ["cat", "dog"], top=1)
    [Label(name='cat', probability=0.5)]
    """
    num_classes = len(names)
    if logits.shape not in {(1, num_classes), (num_classes,)}:
        allowed = f"(1, {num_classes}) or ({num_classes},)"
        raise ValueError(f"the shape is {tuple(logits.shape)}; it must be {allowed}")
    if not 1 <= top <= num_classes:
        raise ValueError(f"top is {top}; it must be from 1 to {num_classes}")
    probabilities, classes = logits.detach().flatten().softmax(0).topk(top)
    pairs = zip(classes.tolist(), probabilities.tolist(), strict=True)
    return [Label(names[k], probability) for k, probability in pairs]
