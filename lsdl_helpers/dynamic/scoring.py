"""Training a network to score windows, scoring many, and choosing a threshold."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lsdl_helpers.training import fit, random_batches


def train_scorer(
    network: nn.Module,
    positives: Tensor,
    negatives: Tensor,
    *,
    steps: int,
    seed: int,
    learning_rate: float = 3e-3,
    batch_size: int = 128,
) -> None:
    """Train a network in place to give positives higher scores than negatives.

    Cross-entropy of the sigmoid of the score; half of each batch are positives, however rare
    they are; AdamW with a learning rate that falls to 0 as a cosine.

    Args:
        network: from (B, …) to (B,).
        positives, negatives: (n, …) windows.
        seed: of the batches.
    """
    random = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), learning_rate, fused=True)
    half = batch_size // 2
    targets = torch.cat([torch.ones(half), torch.zeros(half)])
    positive, negative = (
        random_batches([windows], half, random, replacement=True)
        for windows in (positives, negatives)
    )
    fit(
        network, lambda: (torch.cat(positive() + negative()), targets),
        F.binary_cross_entropy_with_logits, steps=steps, optimizer=optimizer,
    )  # fmt: skip


def scores(network: nn.Module, windows: Tensor, *, batch_size: int = 64) -> Tensor:
    """Return the score of each window, (n,) float32; leave the network in evaluation mode."""
    network.eval()
    with torch.inference_mode():
        parts = [network(part) for part in windows.split(batch_size)]
    return torch.cat(parts) if parts else torch.empty(0)


def threshold_at_recall(positive_scores: Tensor, recall: float) -> float:
    """Return the highest threshold that at least this share of the scores reaches.

    Args:
        positive_scores: (n,), of windows with the object.
        recall: above 0, at most 1.

    Raises:
        ValueError: for another recall, or no score.

    >>> threshold_at_recall(torch.arange(100.0), 0.98)
    2.0
    """
    if not 0 < recall <= 1:
        raise ValueError(f"recall is {recall}; it must be above 0 and at most 1")
    if not len(positive_scores):
        raise ValueError("there is no score to choose a threshold by")
    num_passing = math.ceil(round(recall * len(positive_scores), 6))
    return positive_scores.sort(descending=True).values[num_passing - 1].item()
