"""From a picture to what a network was trained on: resize, crop, subtract, divide."""

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

INTERPOLATIONS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


@dataclass(frozen=True)
class Preprocess:
    """The preprocessing of one network; ``dataclasses.replace`` makes a wrong one.

    x = (crop(resize(picture)) / 255 - mean) / std, channel by channel.

    Args:
        resize: pixels of the shorter side after resizing.
        crop: pixels of each side of the square that is cut out of the middle; at most resize.
        mean: of red, green, blue, where 1 is the brightest.
        std: of the same.
        interpolation: "bilinear" or "bicubic", as in PIL, which averages when it makes smaller.

    Raises:
        ValueError: for another interpolation, or a crop larger than resize.

    >>> from lsdl_helpers.data import photograph
    >>> Preprocess(256, 224, (0.5,) * 3, (0.5,) * 3, "bicubic")(photograph("chelsea")).shape
    torch.Size([1, 3, 224, 224])
    """

    resize: int
    crop: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: str

    def __post_init__(self) -> None:
        if self.interpolation not in INTERPOLATIONS:
            names = ", ".join(INTERPOLATIONS)
            raise ValueError(f"interpolation is {self.interpolation!r}; it must be one of {names}")
        if not 1 <= self.crop <= self.resize:
            raise ValueError(f"crop is {self.crop}; it must be from 1 to resize, {self.resize}")

    def __call__(self, picture: Image.Image) -> torch.Tensor:
        """Return the network's input: (1, 3, crop, crop), float32.

        Args:
            picture: of mode "RGB"; :func:`lsdl_helpers.data.read_picture` gives one.
        """
        pixels = torch.from_numpy(np.array(self.view(picture)))  # (H, W, 3), uint8
        x = pixels.permute(2, 0, 1).contiguous().float() / 255  # (3, H, W)
        mean, std = (torch.tensor(values).view(3, 1, 1) for values in (self.mean, self.std))
        return ((x - mean) / std)[None]  # (1, 3, H, W)

    def view(self, picture: Image.Image) -> Image.Image:
        """Return the part of the picture that the network sees: crop x crop pixels.

        Raises:
            ValueError: if the picture is not RGB, or so long and narrow that it cannot be resized.
        """
        if picture.mode != "RGB":
            raise ValueError(f"the picture's mode is {picture.mode!r}; it must be 'RGB'")
        width, height = self._resized(*picture.size)
        resized = picture.resize((width, height), INTERPOLATIONS[self.interpolation])
        left, top = round((width - self.crop) / 2), round((height - self.crop) / 2)
        return resized.crop((left, top, left + self.crop, top + self.crop))

    def _resized(self, width: int, height: int) -> tuple[int, int]:
        longer = int(self.resize * max(width, height) / min(width, height))
        if longer > 100 * self.resize:
            raise ValueError(f"a picture of {width} x {height} pixels is too long and narrow")
        return (longer, self.resize) if width > height else (self.resize, longer)
