import pytest
import torch
from PIL import Image, ImageOps

from lsdl_helpers.classify import Label, classify, top_labels
from lsdl_helpers.data import PictureError, photograph
from lsdl_helpers.data.photographs import PHOTOGRAPHS
from lsdl_helpers.models.weights import class_names


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
    assert sorted(label.name for label in labels) == sorted(class_names())


def test_top_labels_by_hand():
    logits = torch.zeros(1000)
    logits[class_names().index("tench")] = torch.tensor(999.0).log()
    best, second = top_labels(logits, top=2)
    assert best.name == "tench"
    assert best.probability == pytest.approx(0.5)
    assert second.probability == pytest.approx(0.5 / 999)
    assert top_labels(logits[None], top=2) == [best, second]


@pytest.mark.parametrize("top", [0, -1, 1001])
def test_how_many_labels(top):
    with pytest.raises(ValueError, match=f"top is {top}; it must be from 1 to 1000"):
        top_labels(torch.zeros(1000), top)


def test_what_are_no_logits():
    with pytest.raises(ValueError, match=r"shape is \(2, 1000\)"):
        top_labels(torch.zeros(2, 1000))


def test_a_label_reads_well():
    assert str(Label("tiger cat", 0.39455)) == " 39.5% tiger cat"


def test_what_cannot_be_used():
    with pytest.raises(ValueError, match="no weights are known for 'vgg12'"):
        classify(photograph("coffee"), "vgg12")
    with pytest.raises(ValueError, match="too long and narrow"):
        classify(Image.new("RGB", (101, 1)))
    with pytest.raises(PictureError, match="there is no such file"):
        classify("missing.png")
