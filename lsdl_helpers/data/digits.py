"""Handwritten digits that come with scikit-learn: small, real, and no download."""

import torch

NUM_TRAIN = 1500


def digits() -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[torch.Tensor, torch.Tensor]]:
    """Return the first 1,500 of scikit-learn's digits for training and the last 297 for testing.

    Returns:
        Two pairs: pictures (N, 1, 8, 8), float32, with mean 0 and standard deviation 1 over
        the training set; and digits (N,), int64. Both in the order of the file.

    Source: ``sklearn.datasets.load_digits``.

    >>> (x, y), test = digits()
    >>> x.shape
    torch.Size([1500, 1, 8, 8])
    """
    from sklearn.datasets import load_digits  # late: it takes a second

    dataset = load_digits()
    x = torch.tensor(dataset.images, dtype=torch.float32)[:, None]
    y = torch.tensor(dataset.target, dtype=torch.int64)
    x = (x - x[:NUM_TRAIN].mean()) / x[:NUM_TRAIN].std()
    return (x[:NUM_TRAIN], y[:NUM_TRAIN]), (x[NUM_TRAIN:], y[NUM_TRAIN:])
