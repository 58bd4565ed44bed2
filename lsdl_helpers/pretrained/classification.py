"""From any picture to labels, by the network of that name."""

from pathlib import Path

from PIL import Image

from lsdl_helpers.data.pictures import read_picture, to_rgb
from lsdl_helpers.pretrained.labels import Label
from lsdl_helpers.pretrained.weights import pretrained


def classify(
    picture: Image.Image | str | Path, model: str = "efficientnet_lite0", top: int = 5
) -> list[Label]:
    """Return the most probable of the thousand ImageNet classes, the surest first.

    Args:
        picture: a PIL image, a file, or an address that begins with ``http://`` or ``https://``.
        model: a key of ``PRETRAINED``.
        top: how many labels, 1 to 1000.

    Raises:
        ValueError: for an unknown model, another ``top``, or a picture that cannot be used.
        DownloadError: if the picture or the weights cannot be downloaded.

    >>> from lsdl_helpers.data import photograph
    >>> classify(photograph("coffee"))[0].name
    'espresso'
    """
    image = to_rgb(picture) if isinstance(picture, Image.Image) else read_picture(picture)
    return pretrained(model).labels(image, top)
