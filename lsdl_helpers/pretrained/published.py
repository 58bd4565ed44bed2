"""What the papers say of the networks: accuracy, size and work, as printed there.

Only figures that were read in the source stand here; None where it has none, or none was read.
The counts of our own networks come from ``measure.cost``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """Published figures of one network.

    ``source`` is a key of the book's bibliography, and ``year`` the one in which that text was
    first public, as a preprint or in print. Accuracies are in percent, on the validation
    set of ImageNet with its 1,000 classes, under the stated ``conditions``; ``parameters`` and
    ``multiply_adds`` are counts, rounded as printed.
    """

    title: str
    source: str
    year: int
    top1: float | None = None
    top5: float | None = None
    conditions: str = ""
    parameters: float | None = None
    multiply_adds: float | None = None


_VGG = "test scale 256, one network"

# VGG: Tables 2 and 3 of the paper. Its work is given by He et al. (2016).
FIGURES = {
    "vgg11": Figures("VGG A", "simonyan2015vgg", 2014, 70.4, 89.6, _VGG, 133e6),
    "vgg11_lrn": Figures("VGG A-LRN", "simonyan2015vgg", 2014, 70.3, 89.5, _VGG, 133e6),
    "vgg13": Figures("VGG B", "simonyan2015vgg", 2014, 71.3, 90.1, _VGG, 133e6),
    "vgg16_c": Figures("VGG C", "simonyan2015vgg", 2014, 72.7, 91.2, "jittered scale", 134e6),
    "vgg16": Figures("VGG D", "simonyan2015vgg", 2014, 73.0, 91.2, _VGG, 138e6, 15.3e9),
    "vgg19": Figures("VGG E", "simonyan2015vgg", 2014, 72.7, 91.0, _VGG, 144e6, 19.6e9),
    "googlenet": Figures(
        "GoogLeNet", "szegedy2015googlenet", 2014, None, 89.93, "one network, one crop"
    ),
    "resnet50": Figures("ResNet-50", "he2016resnet", 2015, multiply_adds=3.8e9),
    "resnet152": Figures(
        "ResNet-152", "he2016resnet", 2015, None, 95.51, "one network", None, 11.3e9
    ),
    "inception_v3": Figures(
        "Inception-v3", "szegedy2016inceptionv3", 2015, 78.8, 94.4, "one crop", 25e6, 5e9
    ),
    "xception": Figures(
        "Xception", "chollet2017xception", 2016, 79.0, 94.5, "one crop", 22_855_952
    ),
}


def published_figures(name: str) -> Figures:
    """Return the published figures of a network of the registry.

    Raises:
        ValueError: if none are known; the message lists those with figures.

    >>> published_figures("xception").top1
    79.0
    """
    if name not in FIGURES:
        raise ValueError(f"no published figures of {name!r}; there are {', '.join(FIGURES)}")
    return FIGURES[name]
