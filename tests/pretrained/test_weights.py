import re

import numpy as np
import pytest
import timm
import torch
import torchvision
from PIL import Image

from lsdl_helpers.data import photograph
from lsdl_helpers.pretrained import PRETRAINED, pretrained

TORCHVISION = {
    "vgg16": torchvision.models.VGG16_Weights.IMAGENET1K_V1,
    "vgg19": torchvision.models.VGG19_Weights.IMAGENET1K_V1,
    "resnet50": torchvision.models.ResNet50_Weights.IMAGENET1K_V1,
    "inception_v3": torchvision.models.Inception_V3_Weights.IMAGENET1K_V1,
}


def on_meta(name):
    with torch.device("meta"):
        return PRETRAINED[name].build()


def noise(width, height):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


@pytest.mark.parametrize("name", TORCHVISION)
def test_address_count_and_names_as_torchvision_states_them(name):
    stated, ours = TORCHVISION[name], PRETRAINED[name]
    assert ours.address == stated.url
    assert ours.parameters == stated.meta["num_params"]
    assert ours.megabytes == pytest.approx(stated.meta["_file_size"] * 1.0486, rel=0.01)
    assert ours.names == stated.meta["categories"]


@pytest.mark.parametrize("name", TORCHVISION)
def test_preprocessing_equals_torchvisions(name):
    sizes = [(451, 300), (300, 451), (512, 512), (257, 341), (40, 31), (224, 1000)]
    for picture in [*(noise(*size) for size in sizes), photograph("chelsea"), photograph("retina")]:
        ours = PRETRAINED[name].preprocess(picture)
        theirs = TORCHVISION[name].transforms()(picture)[None]
        assert ours.dtype == theirs.dtype
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_xception_as_timm_states_it():
    stated, ours = timm.get_pretrained_cfg("legacy_xception"), PRETRAINED["xception"]
    assert stated.url == ours.address
    assert stated.license == ours.license.lower()
    assert (stated.mean, stated.std) == (ours.preprocess.mean, ours.preprocess.std)
    assert stated.interpolation == ours.preprocess.interpolation
    assert stated.input_size == (3, ours.preprocess.crop, ours.preprocess.crop)
    assert int(ours.preprocess.crop / stated.crop_pct) == ours.preprocess.resize


def test_the_name_of_each_file_ends_in_its_hash():
    for stated in PRETRAINED.values():
        assert re.fullmatch(r".*-[0-9a-f]{8,}\.pth", stated.address)


@pytest.mark.parametrize("name", PRETRAINED)
def test_what_is_stated_is_what_is_built(name):
    network, stated = on_meta(name), PRETRAINED[name]
    assert sum(p.numel() for p in network.parameters()) == stated.parameters
    picture = stated.preprocess(Image.new("RGB", (400, 300)))
    assert network.eval()(picture.to("meta")).shape == (1, 1000)


def test_inception_undoes_torchvisions_normalization():
    assert on_meta("inception_v3").transform_input


def test_lite0_subtracts_127_and_divides_by_128():
    preprocess = PRETRAINED["efficientnet_lite0"].preprocess
    picture = photograph("coffee")
    resized = picture.resize((384, 256), Image.Resampling.BICUBIC)
    pixels = np.asarray(resized, dtype=np.float64)[16:240, 80:304]
    expected = ((pixels - 127) / 128).transpose(2, 0, 1)[None]
    np.testing.assert_allclose(preprocess(picture).numpy(), expected, atol=1e-6)


def test_xception_sees_minus_one_to_one():
    x = PRETRAINED["xception"].preprocess(noise(500, 400))
    assert x.shape == (1, 3, 299, 299)
    assert (x.min().item(), x.max().item()) == (-1, 1)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="for 'vgg12'; there are efficientnet_lite0, vgg16"):
        pretrained("vgg12")


@pytest.mark.network
@pytest.mark.parametrize("name", PRETRAINED)
def test_the_real_files(name):
    """Downloads up to 575 MB a network: run once a week by .github/workflows/weights.yml."""
    model = pretrained(name)
    right = {"coffee": {"espresso", "cup"}, "chelsea": {"tabby", "tiger cat", "Egyptian cat"}}
    for picture, names in right.items():
        assert names & {label.name for label in model.labels(photograph(picture))}
