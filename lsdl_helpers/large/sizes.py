"""Sizes of networks through the decades, by five rules of counting."""

from dataclasses import asdict

import pandas as pd
import torch

from lsdl_helpers.large.growth import NETWORKS, NetworkSize
from lsdl_helpers.measure.cost import cost
from lsdl_helpers.models import build
from lsdl_helpers.pretrained import published_figures

# Networks of this package: their usual name, and the side of the picture in pixels.
OUR_NETWORKS = {
    "googlenet": ("GoogLeNet", 224),
    "vgg16": ("VGG-16", 224),
    "resnet50": ("ResNet-50", 224),
    "resnet152": ("ResNet-152", 224),
    "inception_v3": ("Inception-v3", 299),
    "xception": ("Xception", 299),
}
# As published; the usual v1.5 has more units.
BUILD_OPTIONS = {"resnet50": {"variant": "v1"}, "resnet152": {"variant": "v1"}}


def count_size(name: str, side: int) -> NetworkSize:
    """Count one of the networks of :func:`~lsdl_helpers.models.build`, for one picture.

    A unit is an output of a convolution or fully connected layer. ResNets are those of their
    paper, variant v1.

    Raises:
        ValueError: for an unknown network, or one without published figures.

    >>> count_size("vgg16", 224).units
    13556712
    """
    published = published_figures(name)
    with torch.device("meta"):
        network = build(name, **BUILD_OPTIONS.get(name, {})).eval()
    counts = cost(network, (1, 3, side, side))
    own = sum(layer.output_shape[1] for layer in counts.layers if layer.multiply_adds)
    rule = f"outputs of layers with weights, for one picture of {side} by {side}; our network"
    return NetworkSize(
        published.year, published.source, rule, counts.units, counts.units, own,
        counts.parameters, counts.multiply_adds,
    )  # fmt: skip


def network_sizes() -> pd.DataFrame:
    """Return all networks, the oldest first: those of ``large.growth``, and ours.

    Returns:
        A row a network; columns year, source, rule, units, in_use, own, parameters and
        connections, as in :class:`~lsdl_helpers.large.growth.NetworkSize`; NaN where the source
        does not say.

    >>> int(network_sizes().loc["VGG-16", "own"])
    13416
    """
    ours = {title: count_size(name, side) for name, (title, side) in OUR_NETWORKS.items()}
    rows = {name: asdict(size) for name, size in (NETWORKS | ours).items()}
    table = pd.DataFrame.from_dict(rows, orient="index")
    columns = ["units", "in_use", "own", "parameters", "connections"]
    table[columns] = table[columns].astype(float)
    return table.sort_values("year", kind="stable")
