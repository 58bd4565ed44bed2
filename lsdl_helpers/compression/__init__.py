"""Model compression: a large network answers, a small one learns to answer the same."""

from lsdl_helpers.compression.generative import (
    Autoencoder,
    autoencoder_points,
    mixture_points,
)
from lsdl_helpers.compression.matching import answers, match, train_ensemble, train_network
from lsdl_helpers.compression.networks import Ensemble, convolutional, perceptron
from lsdl_helpers.compression.samplers import (
    SAMPLERS,
    distorted_points,
    munge_points,
    noisy_points,
    random_points,
    uniform_points,
)

__all__ = [
    "SAMPLERS", "Autoencoder", "Ensemble",
    "answers", "autoencoder_points", "convolutional", "distorted_points", "match",
    "mixture_points", "munge_points", "noisy_points", "perceptron", "random_points",
    "train_ensemble", "train_network", "uniform_points",
]  # fmt: skip
