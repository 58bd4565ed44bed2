from pathlib import Path

import numpy as np
import pytest
import skimage
import sklearn.datasets

from lsdl_helpers.data import list_photographs, photograph
from lsdl_helpers.data.photographs import PHOTOGRAPHS


@pytest.mark.parametrize("name", list_photographs())
def test_photographs_come_with_source_and_license(name):
    image, stated = photograph(name), PHOTOGRAPHS[name]
    assert image.mode == "RGB"
    assert min(image.size) >= 100
    assert stated.path.is_file()
    assert all((stated.shows, stated.source, stated.license))


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "camera", "clock", "retina"])
def test_equal_to_scikit_image(name):
    pixels = getattr(skimage.data, name)()
    shown = pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=2)
    np.testing.assert_array_equal(np.asarray(photograph(name)), shown)


@pytest.mark.parametrize("name", ["china", "flower"])
def test_equal_to_scikit_learn(name):
    pixels = sklearn.datasets.load_sample_image(f"{name}.jpg")
    np.testing.assert_array_equal(np.asarray(photograph(name)), pixels)


def test_no_photograph_of_the_three_wheels_is_forgotten():
    """What else lies there: drawings, charts, an animation of 14 x 25 pixels, test files."""
    others = {
        "chessboard_GRAY", "chessboard_RGB", "color", "horse", "logo", "logo2", "phantom",
        "multipage", "multipage_rgb", "no_time_for_that_tiny", "Minduka_Present_Blue_Pack",
    }  # fmt: skip
    folders = {stated.path.parent for stated in PHOTOGRAPHS.values()}
    suffixes = {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff"}
    shipped = {path for folder in folders for path in folder.iterdir() if path.suffix in suffixes}
    listed = {stated.path for stated in PHOTOGRAPHS.values()}
    assert {Path(path).stem for path in shipped - listed} <= others


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="no photograph is named 'lena'; there are astronaut, "):
        photograph("lena")
