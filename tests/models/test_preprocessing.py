import re
from dataclasses import replace

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image

from lsdl_helpers.data import list_photographs, photograph
from lsdl_helpers.models.preprocessing import Preprocess
from lsdl_helpers.models.weights import PUBLISHED

TWINS = {
    "vgg16": torchvision.models.VGG16_Weights.IMAGENET1K_V1,
    "vgg19": torchvision.models.VGG19_Weights.IMAGENET1K_V1,
    "resnet50": torchvision.models.ResNet50_Weights.IMAGENET1K_V1,
    "inception_v3": torchvision.models.Inception_V3_Weights.IMAGENET1K_V1,
}
SIZES = [(451, 300), (300, 451), (512, 512), (257, 341), (40, 31), (224, 1000)]


def noise(width, height):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize("name", TWINS)
def test_equals_torchvision(name):
    pictures = [noise(*size) for size in SIZES] + [photograph("chelsea"), photograph("retina")]
    for picture in pictures:
        ours, theirs = PUBLISHED[name].preprocess(picture), TWINS[name].transforms()(picture)[None]
        assert ours.dtype == theirs.dtype
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


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
    right = PUBLISHED["vgg16"].preprocess
    wrong, expected = replace(right, **mistake)(picture), right(picture)
    assert wrong.shape != expected.shape or (wrong - expected).abs().max() > 1e-3


def test_lite0_subtracts_127_and_divides_by_128():
    preprocess = PUBLISHED["efficientnet_lite0"].preprocess
    picture = photograph("coffee")
    resized = picture.resize((384, 256), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized, dtype=np.float64)[16:240, 80:304]
    expected = ((pixels - 127) / 128).transpose(2, 0, 1)[None]
    np.testing.assert_allclose(preprocess(picture).numpy(), expected, atol=1e-6)


def test_xception_sees_minus_one_to_one():
    x = PUBLISHED["xception"].preprocess(noise(500, 400))
    assert x.shape == (1, 3, 299, 299)
    assert (x.min().item(), x.max().item()) == (-1, 1)


@pytest.mark.parametrize("name", list_photographs())
def test_the_view_is_what_the_network_sees(name):
    preprocess = Preprocess(256, 224, (0.0,) * 3, (1.0,) * 3, "bicubic")
    view = preprocess.view(photograph(name))
    assert view.size == (224, 224)
    pixels = torch.from_numpy(np.array(view)).permute(2, 0, 1)[None]
    torch.testing.assert_close(preprocess(photograph(name)), pixels / 255)


def test_settings_that_cannot_be():
    right = PUBLISHED["vgg16"].preprocess
    with pytest.raises(ValueError, match="'area'; it must be one of bilinear, bicubic"):
        replace(right, interpolation="area")
    with pytest.raises(ValueError, match="crop is 257; it must be from 1 to resize, 256"):
        replace(right, crop=257)


def test_pictures_that_cannot_be():
    preprocess = PUBLISHED["vgg16"].preprocess
    with pytest.raises(ValueError, match="mode is 'L'; it must be 'RGB'"):
        preprocess(Image.new("L", (9, 9)))
    with pytest.raises(ValueError, match=re.escape("a picture of 101 x 1 pixels is too long")):
        preprocess(Image.new("RGB", (101, 1)))
    assert preprocess(Image.new("RGB", (100, 1))).shape == (1, 3, 224, 224)
