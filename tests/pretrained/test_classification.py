import pytest

from lsdl_helpers.data import photograph
from lsdl_helpers.data.photographs import PHOTOGRAPHS
from lsdl_helpers.pretrained import classify, pretrained


def test_a_picture_or_its_file_give_the_same():
    labels = classify(photograph("chelsea"))
    assert labels == classify(photograph("chelsea").convert("RGBA"))
    assert labels == classify(PHOTOGRAPHS["chelsea"].path)
    assert labels == classify(str(PHOTOGRAPHS["chelsea"].path))
    assert [label.name for label in labels[:3]] == ["tiger cat", "Egyptian cat", "tabby"]


def test_all_thousand_sum_to_one():
    labels = classify(photograph("coins"), top=1000)
    probabilities = [label.probability for label in labels]
    assert sum(probabilities) == pytest.approx(1, abs=1e-5)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sorted(label.name for label in labels) == sorted(pretrained("efficientnet_lite0").names)
