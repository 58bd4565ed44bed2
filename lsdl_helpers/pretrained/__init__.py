"""Networks with published weights: a picture in, labels out; and what the papers say of them."""

from lsdl_helpers.pretrained.annotation import annotate
from lsdl_helpers.pretrained.classification import classify
from lsdl_helpers.pretrained.labels import Label, top_labels
from lsdl_helpers.pretrained.network import Pretrained
from lsdl_helpers.pretrained.preprocessing import Preprocess
from lsdl_helpers.pretrained.published import published_figures
from lsdl_helpers.pretrained.weights import PRETRAINED, pretrained

__all__ = [
    "PRETRAINED", "Label", "Preprocess", "Pretrained", "annotate", "classify", "pretrained",
    "published_figures", "top_labels",
]  # fmt: skip
