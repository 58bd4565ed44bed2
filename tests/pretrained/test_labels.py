import pytest
import torch

from lsdl_helpers.pretrained import Label, top_labels

NAMES = [f"class {k}" for k in range(1000)]


def test_top_labels_by_hand():
    logits = torch.zeros(1000)
    logits[7] = torch.tensor(999.0).log()
    best, second = top_labels(logits, NAMES, top=2)
    assert best.name == "class 7"
    assert best.probability == pytest.approx(0.5)
    assert second.probability == pytest.approx(0.5 / 999)
    assert top_labels(logits[None], NAMES, top=2) == [best, second]


@pytest.mark.parametrize("top", [0, -1, 1001])
def test_how_many_labels(top):
    with pytest.raises(ValueError, match=f"top is {top}; it must be from 1 to 1000"):
        top_labels(torch.zeros(1000), NAMES, top)


def test_what_are_no_logits():
    with pytest.raises(ValueError, match=r"shape is \(2, 1000\); it must be \(1, 1000\) or"):
        top_labels(torch.zeros(2, 1000), NAMES)


def test_a_label_reads_well():
    assert str(Label("tiger cat", 0.39455)) == " 39.5% tiger cat"
