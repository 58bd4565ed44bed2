"""What size bought on ImageNet: published accuracies beside parameters and multiply-adds.

Top-1 accuracies and parameters are those of Keras's table, one training each, so that they can
be compared; a network's own paper may say more or less (``pretrained.published_figures``).
"""

from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True)
class Accuracy:
    """One network of Keras's table.

    Attributes:
        year: in which the network's paper was first public, as a preprint or in print.
        source: the paper, a key of the book's bibliography.
        side: height and width of the picture, in pixels.
        multiply_adds: for one picture, in 10⁹.
        parameters: in 10⁶, as Keras counts them, with the statistics of batch normalization.
        top1: in percent, on the 50,000 pictures for validation of ImageNet with 1,000 classes.
    """

    year: int
    source: str
    side: int
    multiply_adds: float
    parameters: float
    top1: float


_EFFICIENT = 2019, "tan2019efficientnet"

# Accuracy and parameters: Keras Applications (kerasapplications), Keras 3. Multiply-adds: counts,
# which tests/large/test_accuracy.py repeats for each network.
IMAGENET = {
    "VGG-16": Accuracy(2014, "simonyan2015vgg", 224, 15.47, 138.4, 71.3),
    "ResNet-50": Accuracy(2015, "he2016resnet", 224, 3.86, 25.6, 74.9),
    "ResNet-152": Accuracy(2015, "he2016resnet", 224, 11.28, 60.4, 76.6),
    "Inception-v3": Accuracy(2015, "szegedy2016inceptionv3", 299, 5.71, 23.9, 77.9),
    "Xception": Accuracy(2016, "chollet2017xception", 299, 8.36, 22.9, 79.0),
    "EfficientNet-B0": Accuracy(*_EFFICIENT, 224, 0.39, 5.3, 77.1),
    "EfficientNet-B1": Accuracy(*_EFFICIENT, 240, 0.69, 7.9, 79.1),
    "EfficientNet-B2": Accuracy(*_EFFICIENT, 260, 0.99, 9.2, 80.1),
    "EfficientNet-B3": Accuracy(*_EFFICIENT, 300, 1.83, 12.3, 81.6),
    "EfficientNet-B4": Accuracy(*_EFFICIENT, 380, 4.39, 19.5, 82.9),
    "EfficientNet-B5": Accuracy(*_EFFICIENT, 456, 10.27, 30.6, 83.6),
    "EfficientNet-B6": Accuracy(*_EFFICIENT, 528, 19.07, 43.3, 84.0),
    "EfficientNet-B7": Accuracy(*_EFFICIENT, 600, 37.75, 66.7, 84.3),
}


def imagenet_accuracies() -> pd.DataFrame:
    """Return the table, the oldest network first, each family from small to large.

    Returns:
        A row a network; columns year, source, side, multiply_adds (10⁹), parameters (10⁶) and
        top1 (percent), as in :class:`~lsdl_helpers.large.accuracy.Accuracy`.

    >>> float(imagenet_accuracies().loc["VGG-16", "top1"])
    71.3
    """
    rows = {name: asdict(row) for name, row in IMAGENET.items()}
    return pd.DataFrame.from_dict(rows, orient="index")
