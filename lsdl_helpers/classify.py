"""A picture in, labels with probabilities out."""

from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image

from lsdl_helpers.annotate import annotate
from lsdl_helpers.data.pictures import read_picture, to_rgb
from lsdl_helpers.models.weights import class_names, pretrained, published

__all__ = ["Label", "annotate", "classify", "top_labels"]


class Label(NamedTuple):
    """The name of a class and the probability that the network gives it."""

    name: str
    probability: float

    def __str__(self) -> str:
        return f"{self.probability:6.1%} {self.name}"


def classify(
    picture: Image.Image | str | Path, model: str = "efficientnet_lite0", top: int = 5
) -> list[Label]:
    """Return the most probable of the thousand ImageNet classes, the surest first.

    Args:
        picture: a PIL image, a file, or an address that begins with http:// or https://.
        model: a key of ``lsdl_helpers.models.weights.PUBLISHED``.
        top: how many labels, 1 to 1000.

    Raises:
        ValueError: for an unknown model, another ``top``, or a picture that cannot be used.
        DownloadError: if the picture or the weights cannot be downloaded.

    >>> from lsdl_helpers.data import photograph
    >>> classify(photograph("coffee"))[0].name
    'espresso'
    """
    image = to_rgb(picture) if isinstance(picture, Image.Image) else read_picture(picture)
    x = published(model).preprocess(image)  # first: the weights may be a long download
    network, _ = pretrained(model)
    with torch.inference_mode():
        return top_labels(network(x), top)


def top_labels(logits: torch.Tensor, top: int = 5) -> list[Label]:
    """Turn the logits of one picture into labels: p = softmax(logits), the largest first.

    Args:
        logits: (1, 1000) or (1000,), float.
        top: how many labels, 1 to 1000.

    Raises:
        ValueError: for another ``top`` or shape.

    >>> len(top_labels(torch.zeros(1, 1000), top=3))
    3
    """
    if logits.shape not in {(1, 1000), (1000,)}:
        raise ValueError(f"the shape is {tuple(logits.shape)}; it must be (1, 1000) or (1000,)")
    if not 1 <= top <= 1000:
        raise ValueError(f"top is {top}; it must be from 1 to 1000")
    probabilities, classes = logits.detach().flatten().softmax(0).topk(top)
    names = class_names()
    pairs = zip(classes.tolist(), probabilities.tolist(), strict=True)
    return [Label(names[k], probability) for k, probability in pairs]
