"""What a convolution assumes of pixels, shown by putting them in another order.

A permutation is an int64 tensor (256,): place k of the new picture shows pixel permutation[k].
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lsdl_helpers.data import glyphs
from lsdl_helpers.training import error_rate, train_classifier

SIDE = 16  # pixels, of all pictures here
TEST_SEED, NUM_TEST = 10_000, 4000  # of the pictures that no seed trains on
BATCH_SIZE = 32


def block_permutation(block: int, seed: int) -> Tensor:
    """Return a permutation that shuffles whole blocks of the picture and keeps what is in them.

    Args:
        block: side of a block, in pixels; 1 shuffles all pixels, 16 none.
        seed: of the order of the blocks.

    Raises:
        ValueError: if blocks do not fill the picture.

    >>> block_permutation(4, seed=0)[:4].diff()  # a row of a block stays together
    tensor([1, 1, 1])
    """
    if block < 1 or SIDE % block:
        raise ValueError(f"block={block}; it must be a divisor of {SIDE}")
    per_side = SIDE // block
    order = torch.randperm(per_side**2, generator=torch.Generator().manual_seed(seed))
    pixels = torch.arange(SIDE**2).view(per_side, block, per_side, block)
    blocks = pixels.transpose(1, 2).reshape(per_side**2, block, block)[order]
    return blocks.view(per_side, per_side, block, block).transpose(1, 2).flatten()


def permute_pixels(pictures: Tensor, permutation: Tensor) -> Tensor:
    """Return pictures with their pixels in another order, the same for all: (B, 1, 16, 16).

    Raises:
        ValueError: if ``permutation`` does not name each pixel once.

    >>> mirror = torch.arange(256).view(16, 16).flip(1).flatten()
    >>> pictures = torch.rand(5, 1, 16, 16)
    >>> permute_pixels(pictures, mirror).equal(pictures.flip(3))
    True
    """
    if not permutation.sort().values.equal(torch.arange(pictures[0].numel())):
        raise ValueError(
            f"permutation has {len(permutation)} entries; allowed: each of the pixels from 0 to "
            f"{pictures[0].numel() - 1}, once"
        )
    return pictures.flatten(1)[:, permutation].view_as(pictures)


def permute_weights(network: nn.Sequential, permutation: Tensor) -> nn.Sequential:
    """Give each weight of the first dense layer to where its pixel goes; return the network.

    It then answers permuted pictures as it answered the pictures.

    Args:
        network: whose first layer with weights is dense, with one input a pixel.

    >>> from lsdl_helpers.compression import perceptron
    >>> network, permutation = perceptron(39), block_permutation(1, seed=0)
    >>> pictures = torch.rand(5, 1, 16, 16)
    >>> before = network(pictures)
    >>> after = permute_weights(network, permutation)(permute_pixels(pictures, permutation))
    >>> torch.allclose(before, after, atol=1e-6)
    True
    """
    first = next(layer for layer in network if list(layer.parameters()))
    first.weight.data = first.weight.data[:, permutation]
    return network


def permuted_error(
    build: Callable[[], nn.Module],
    permutation: Tensor,
    seed: int,
    *,
    test_permutation: Tensor | None = None,
    num_pictures: int = 1000,
    steps: int = 300,
    learning_rate: float = 0.2,
) -> float:
    """Train a network on digits with their pixels permuted; return its test error in percent.

    Args:
        build: returns the network, (B, 1, 16, 16) to logits (B, 10); called once.
        permutation: of the pixels of all pictures.
        seed: of the pictures to train on, the first weights and the batches of 32.
        test_permutation: another one for the 4,000 pictures of the test.
        num_pictures: to train on.
        steps: as ``learning_rate``, of :func:`~lsdl_helpers.training.train_classifier`.

    Raises:
        ValueError: as :func:`permute_pixels`.

    >>> from lsdl_helpers.compression import perceptron
    >>> permuted_error(perceptron, block_permutation(1, seed=0), seed=0, steps=10) > 20
    True
    """
    test_permutation = permutation if test_permutation is None else test_permutation
    pictures, classes = glyphs(num_pictures, seed, size=SIDE)
    torch.manual_seed(seed)
    network = build()
    train_classifier(
        network, (permute_pixels(pictures, permutation), classes),
        steps=steps, seed=seed, batch_size=BATCH_SIZE, learning_rate=learning_rate,
    )  # fmt: skip
    pictures, classes = glyphs(NUM_TEST, TEST_SEED, size=SIDE)
    return 100 * error_rate(network, (permute_pixels(pictures, test_permutation), classes))
