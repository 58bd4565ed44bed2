"""Permutations of pixels, the weights that go with them, and a training on permuted pictures."""

import pytest
import torch

from lsdl_helpers.compression import perceptron
from lsdl_helpers.data import glyphs
from lsdl_helpers.large import (
    block_permutation,
    one_convolution,
    permute_pixels,
    permute_weights,
    permuted_error,
    pixels,
)
from lsdl_helpers.training import error_rate, train_classifier

PLAIN = torch.arange(256)


@pytest.mark.parametrize("block", [1, 2, 4, 8])
def test_blocks_move_whole(block):
    permutation = block_permutation(block, seed=3)
    assert permutation.sort().values.equal(PLAIN)
    assert not permutation.equal(PLAIN)
    side = 16 // block
    blocks = permutation.view(side, block, side, block).transpose(1, 2).reshape(-1, block, block)
    inside = torch.arange(block)[:, None] * 16 + torch.arange(block)
    assert (blocks - blocks[:, :1, :1] == inside).all()
    corners = blocks[:, 0, 0]
    assert not (corners // 16 % block).any()
    assert not (corners % block).any()


def test_one_block_stays_and_another_seed_is_another_permutation():
    assert block_permutation(16, seed=0).equal(PLAIN)
    assert block_permutation(1, seed=0).equal(block_permutation(1, seed=0))
    assert not block_permutation(1, seed=0).equal(block_permutation(1, seed=1))


def test_place_k_shows_pixel_permutation_k():
    pictures, permutation = torch.rand(3, 1, 16, 16), block_permutation(1, seed=0)
    permuted = permute_pixels(pictures, permutation)
    for k in (0, 17, 255):
        assert permuted.flatten(1)[:, k].equal(pictures.flatten(1)[:, permutation[k]])


def test_a_dense_network_whose_weights_move_too_answers_and_learns_the_same():
    permutation = block_permutation(1, seed=0)
    pictures, classes = glyphs(200, seed=0)
    moved = permute_pixels(pictures, permutation)
    torch.manual_seed(0)
    network, other = perceptron(39), perceptron(39)
    other.load_state_dict(network.state_dict())
    permute_weights(other, permutation)
    torch.testing.assert_close(network(pictures), other(moved))
    train_classifier(network, (pictures, classes), steps=5, seed=0)
    train_classifier(other, (moved, classes), steps=5, seed=0)
    torch.testing.assert_close(network(pictures), other(moved), atol=1e-4, rtol=1e-4)


def test_the_error_is_that_of_a_training_written_out():
    permutation, test_permutation = block_permutation(2, seed=0), block_permutation(2, seed=1)
    torch.manual_seed(3)
    network = one_convolution()
    data, classes = glyphs(100, 3)
    train_classifier(
        network, (permute_pixels(data, permutation), classes),
        steps=20, seed=3, batch_size=32, learning_rate=0.1,
    )  # fmt: skip
    test, test_classes = glyphs(4000, 10_000)
    options = {"num_pictures": 100, "steps": 20, "learning_rate": 0.1}
    for chosen in (None, test_permutation):
        shown = permute_pixels(test, permutation if chosen is None else chosen)
        ours = permuted_error(one_convolution, permutation, 3, test_permutation=chosen, **options)
        assert ours == pytest.approx(100 * error_rate(network, (shown, test_classes)), abs=0.2)


def test_a_seed_repeats_and_another_differs(monkeypatch):
    monkeypatch.setattr(pixels, "NUM_TEST", 500)
    first, again, other = (
        permuted_error(one_convolution, PLAIN, seed, steps=30) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_what_is_no_permutation_is_refused():
    with pytest.raises(ValueError, match="block=3; it must be a divisor of 16"):
        block_permutation(3, seed=0)
    for wrong in (torch.zeros(256, dtype=torch.int64), torch.arange(255)):
        with pytest.raises(ValueError, match=f"permutation has {len(wrong)} entries; allowed"):
            permute_pixels(torch.rand(2, 1, 16, 16), wrong)
