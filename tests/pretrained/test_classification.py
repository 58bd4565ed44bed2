import pytest
from PIL import ImageOps

from lsdl_helpers.data import PictureError, photograph
from lsdl_helpers.data.photographs import PHOTOGRAPHS
from lsdl_helpers.pretrained import classify, pretrained


def test_a_picture_or_its_file_give_the_same():
    labels = classify(photograph("chelsea"))
    assert labels == classify(PHOTOGRAPHS["chelsea"].path)
    assert labels == classify(str(PHOTOGRAPHS["chelsea"].path))
    assert [label.name for label in labels[:3]] == ["tiger cat", "Egyptian cat", "tabby"]


def test_any_mode_is_taken():
    gray = ImageOps.grayscale(photograph("coffee"))
    assert classify(gray) == classify(gray.convert("RGB"))
    assert classify(photograph("coffee").convert("RGBA")) == classify(photograph("coffee"))


def test_all_thousand_sum_to_one():
    labels = classify(photograph("coins"), top=1000)
    probabilities = [label.probability for label in labels]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sorted(label.name for label in labels) == sorted(pretrained("efficientnet_lite0").names)


def test_a_missing_file():
    with pytest.raises(PictureError, match="there is no such file"):
        classify("missing.png")
