"""Pictures of characters."""

import pytest
import torch

from lsdl_helpers.data import glyphs


def test_shapes_types_and_range():
    images, labels = glyphs(50, 0, chars="AB7", size=12)
    assert images.shape == (50, 1, 12, 12)
    assert images.dtype == torch.float32
    assert labels.dtype == torch.int64
    assert images.min() >= 0
    assert images.max() <= 1
    assert set(labels.tolist()) == {0, 1, 2}


def test_a_seed_repeats_and_another_differs():
    one, same, other = (glyphs(20, seed)[0] for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_the_label_tells_what_is_drawn():
    """Without distortion, a class is recognized by its nearest mean picture."""
    still = {"rotation": 0, "shear": 0, "scale": (1, 1), "shift": 0, "elastic": 0, "noise": 0}
    images, labels = glyphs(2000, 0, **still)
    means = torch.stack([images[labels == k].mean(0).flatten() for k in range(10)])
    test_images, test_labels = glyphs(500, 1, **still)
    nearest = torch.cdist(normal(test_images.flatten(1)), normal(means)).argmin(1)
    assert (nearest == test_labels).float().mean() > 0.8


def normal(x):
    return x / x.norm(dim=1, keepdim=True)


@pytest.mark.parametrize("bad", [{"n": 0}, {"size": 0}, {"chars": "00"}, {"chars": "é"}])
def test_mistakes_are_named(bad):
    with pytest.raises(ValueError, match=r"at least 1|each once"):
        glyphs(**{"n": 5, "seed": 0, **bad})
