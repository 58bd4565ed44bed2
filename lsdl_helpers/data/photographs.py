"""Photographs that come with scikit-image, scikit-learn and matplotlib, so that none is fetched.

Only files in the wheels themselves: some of ``skimage.data`` is downloaded on first use.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from lsdl_helpers.data.pictures import read_picture


@dataclass(frozen=True)
class Photograph:
    """One photograph: what it shows, where it is from, on what terms, and its file."""

    shows: str
    source: str
    license: str
    file: str  # package and path within it

    @property
    def path(self) -> Path:
        """Where the file is installed; the package itself is not imported."""
        package, _, inside = self.file.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None:
            raise ModuleNotFoundError(f"this photograph comes with {package}: install it")
        return Path(spec.submodule_search_locations[0]) / inside


_NONE_KNOWN = "no known copyright restrictions"
_NOT_STATED = "not stated; distributed with scikit-image"
_STEREO = "Middlebury stereo benchmark 2014 (Scharstein and others), reduced"

# As documented in skimage.data, in sklearn/datasets/images/README.txt and, for matplotlib, in
# its pull request 1599.
PHOTOGRAPHS = {
    "astronaut": Photograph(
        "Eileen Collins, astronaut", "NASA Great Images",
        "public domain", "skimage/data/astronaut.png"),
    "brick": Photograph(
        "a brick wall", "CC0Textures, Bricks25", "CC0", "skimage/data/brick.png"),
    "camera": Photograph(
        "a photographer with his tripod", "Lav Varshney", "CC0", "skimage/data/camera.png"),
    "cell": Photograph(
        "a cell in saline, phase image", "Müller and others (2018)",
        "CC0", "skimage/data/cell.png"),
    "chelsea": Photograph(
        "Chelsea the cat", "Stefan van der Walt", "CC0", "skimage/data/chelsea.png"),
    "china": Photograph(
        "a temple at a lake in Beijing", "flickr.com/photos/danielbuechele/6061409035",
        "CC BY 2.0", "sklearn/datasets/images/china.jpg"),
    "clock": Photograph(
        "a wall clock, blurred by motion", "Stefan van der Walt",
        "public domain", "skimage/data/clock_motion.png"),
    "coffee": Photograph(
        "a cup of coffee", "Rachel Michetti, Pikolo Espresso Bar",
        "CC0", "skimage/data/coffee.png"),
    "coins": Photograph(
        "Greek coins from Pompeii", "Brooklyn Museum, 51611",
        _NONE_KNOWN, "skimage/data/coins.png"),
    "flower": Photograph(
        "a dahlia", "flickr.com/photos/vultilion/6056698931",
        "CC BY 2.0", "sklearn/datasets/images/flower.jpg"),
    "grace_hopper": Photograph(
        "Grace Murray Hopper in uniform", "matplotlib/matplotlib#1599",
        "public domain", "matplotlib/mpl-data/sample_data/grace_hopper.jpg"),
    "grass": Photograph(
        "grass", "DeviantArt, linolafett, Grass 01", "CC0", "skimage/data/grass.png"),
    "gravel": Photograph(
        "gravel", "CC0Textures, Gravel04", "CC0", "skimage/data/gravel.png"),
    "hubble_deep_field": Photograph(
        "the Hubble eXtreme Deep Field", "NASA, HubbleSite, 2012-37",
        "public domain", "skimage/data/hubble_deep_field.jpg"),
    "immunohistochemistry": Photograph(
        "colonic glands, stained", "Center for Microscopy and Molecular Imaging",
        _NONE_KNOWN, "skimage/data/ihc.png"),
    "microaneurysms": Photograph(
        "part of a retina", "High-Resolution Fundus database, 07_dr (Budai and others, 2013)",
        "CC0", "skimage/data/microaneurysms.png"),
    "moon": Photograph(
        "the surface of the Moon", "scikit-image", _NOT_STATED, "skimage/data/moon.png"),
    "motorcycle_left": Photograph(
        "a motorcycle, the left eye's view", _STEREO,
        _NOT_STATED, "skimage/data/motorcycle_left.png"),
    "motorcycle_right": Photograph(
        "a motorcycle, the right eye's view", _STEREO,
        _NOT_STATED, "skimage/data/motorcycle_right.png"),
    "page": Photograph(
        "a printed page", "scikit-image", _NOT_STATED, "skimage/data/page.png"),
    "retina": Photograph(
        "a human retina", "Häggström (2014)", "CC0", "skimage/data/retina.jpg"),
    "rocket": Photograph(
        "Falcon 9 with DSCOVR before launch", "SpaceX, flickr.com/photos/spacexphotos/16511594820",
        "public domain", "skimage/data/rocket.jpg"),
    "text": Photograph(
        "handwriting", "Wikipedia, Corner.png", "public domain", "skimage/data/text.png"),
}  # fmt: skip


def list_photographs() -> list[str]:
    """Return the names that :func:`photograph` knows.

    >>> list_photographs()[:2]
    ['astronaut', 'brick']
    """
    return list(PHOTOGRAPHS)


def photograph(name: str) -> Image.Image:
    """Return a photograph as a PIL image of mode "RGB".

    Args:
        name: one of :func:`list_photographs`; ``PHOTOGRAPHS[name]`` states source and license.

    Raises:
        ValueError: for another name; the message lists the names that there are.

    >>> photograph("chelsea").size
    (451, 300)
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"no photograph is named {name!r}; there are {', '.join(PHOTOGRAPHS)}")
    return read_picture(PHOTOGRAPHS[name].path)
