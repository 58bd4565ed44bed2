import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from lsdl_helpers.data import list_photographs, photograph
from lsdl_helpers.pretrained import PRETRAINED, Preprocess


@pytest.mark.parametrize(
    "mistake",
    [
        {"interpolation": "bicubic"}, {"resize": 257}, {"crop": 223},
        {"mean": (0.5, 0.456, 0.406)}, {"std": (0.229, 0.224, 0.23)},
    ],
    ids=lambda mistake: next(iter(mistake)),
)  # fmt: skip
def test_the_comparison_would_see_a_mistake(mistake):
    picture = photograph("chelsea")
    right = PRETRAINED["vgg16"].preprocess
    wrong, expected = replace(right, **mistake)(picture), right(picture)
    assert wrong.shape != expected.shape or (wrong - expected).abs().max() > 1e-3


@pytest.mark.parametrize("name", list_photographs())
def test_the_view_is_what_the_network_sees(name):
    preprocess = Preprocess(256, 224, (0.0,) * 3, (1.0,) * 3, "bicubic")
    view = preprocess.view(photograph(name))
    assert view.size == (224, 224)
    pixels = torch.from_numpy(np.array(view)).permute(2, 0, 1)[None]
    torch.testing.assert_close(preprocess(photograph(name)), pixels / 255)


def test_settings_that_cannot_be():
    right = PRETRAINED["vgg16"].preprocess
    with pytest.raises(ValueError, match="'area'; it must be one of bilinear, bicubic"):
        replace(right, interpolation="area")
    with pytest.raises(ValueError, match="crop is 257; it must be from 1 to resize, 256"):
        replace(right, crop=257)


def test_pictures_that_cannot_be():
    preprocess = PRETRAINED["vgg16"].preprocess
    with pytest.raises(ValueError, match="mode is 'L'; it must be 'RGB'"):
        preprocess(Image.new("L", (9, 9)))
    with pytest.raises(ValueError, match=re.escape("a picture of 101 x 1 pixels is too long")):
        preprocess(Image.new("RGB", (101, 1)))
    assert preprocess(Image.new("RGB", (100, 1))).shape == (1, 3, 224, 224)
