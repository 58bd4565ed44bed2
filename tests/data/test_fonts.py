import torch

from lsdl_helpers.data.fonts import SIDE, atlas

FONTS = ("DejaVuSans", "cmr10")


def test_every_character_stands_in_the_middle_in_every_font():
    drawings = atlas("0Ai", FONTS, 40)
    assert drawings.shape == (3, 2, 1, SIDE, SIDE)
    assert (drawings.amin(), drawings.amax()) == (0, 1)
    for drawing in drawings.flatten(0, 2):
        inked = (drawing > 0.5).nonzero()
        middle = (inked.amin(0) + inked.amax(0) + 1) / 2
        torch.testing.assert_close(middle, torch.full((2,), SIDE / 2), atol=1.0, rtol=0)


def test_the_size_is_that_of_the_font():
    small, large = (atlas("H", FONTS[:1], size) for size in (20, 40))
    assert 3.5 < large.sum() / small.sum() < 4.5
