"""Why networks must be large, or specialized: growth, sizes, scaling laws, pixels and words."""

from lsdl_helpers.large.accuracy import imagenet_accuracies
from lsdl_helpers.large.growth import NERVOUS_SYSTEMS, NETWORKS
from lsdl_helpers.large.local import LocallyConnected, one_convolution
from lsdl_helpers.large.pixels import (
    block_permutation,
    permute_pixels,
    permute_weights,
    permuted_error,
)
from lsdl_helpers.large.sampled_softmax import (
    draw_log_uniform,
    draw_words,
    expected_counts,
    log_uniform,
    sampled_cross_entropy,
    zipf,
)
from lsdl_helpers.large.scaling import PowerLaw, fit_power_law
from lsdl_helpers.large.sizes import network_sizes
from lsdl_helpers.large.softmax import TwoLevelSoftmax, chunked_cross_entropy
from lsdl_helpers.large.softmax_bias import (
    Bias,
    first_order_bias,
    gradient_bias,
    hidden_gradient,
    lasting_bias,
    predicted_bias,
    toy_language,
)

__all__ = [
    "NERVOUS_SYSTEMS", "NETWORKS", "Bias", "LocallyConnected", "PowerLaw", "TwoLevelSoftmax",
    "block_permutation", "chunked_cross_entropy", "draw_log_uniform", "draw_words",
    "expected_counts", "first_order_bias", "fit_power_law", "gradient_bias", "hidden_gradient",
    "imagenet_accuracies", "lasting_bias", "log_uniform", "network_sizes", "one_convolution",
    "permute_pixels", "permute_weights", "permuted_error", "predicted_bias",
    "sampled_cross_entropy", "toy_language", "zipf",
]  # fmt: skip
