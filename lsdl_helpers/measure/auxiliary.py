"""A training of the small GoogLeNet with its auxiliary heads or without: what they change."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lsdl_helpers.data import glyphs
from lsdl_helpers.models.googlenet_small import googlenet_small
from lsdl_helpers.training import error_rate, fit, random_batches

HEAD_WEIGHT = 0.3  # of the loss of a head; section 5 of Szegedy et al. (2015)
NUM_PICTURES = 2000  # for training, and as many others for the test
BATCH_SIZE = 32
AVERAGE_OVER = 20  # steps
OPTIMIZERS = {
    "adam": torch.optim.Adam,
    "sgd": lambda weights, lr: torch.optim.SGD(weights, lr, momentum=0.9, weight_decay=1e-4),
}


def train_with_heads(
    heads: bool,
    seed: int,
    *,
    batch_norm: bool,
    start: str,
    optimizer: str,
    learning_rate: float,
    schedule: str,
    steps: int,
    norms_at: Sequence[int] = (0,),
) -> dict[str, Any]:
    """Train the small GoogLeNet on glyphs; return its losses, test error and gradients.

    With one seed the trunk's first weights and the batches are the same with heads as without.

    Args:
        heads: whether both auxiliary heads add 0.3 times their losses.
        seed: of the weights and the batches; the pictures are always the same.
        batch_norm: as ``start``, of :func:`~lsdl_helpers.models.googlenet_small.googlenet_small`.
        optimizer: "adam", or "sgd" with a momentum of 0.9 and a weight decay of 1e-4.
        learning_rate: of the first step.
        schedule: as ``steps``, of :func:`~lsdl_helpers.training.fit`.
        norms_at: steps of which the norms of the gradients are returned.

    Returns:
        ``loss``, of the last layer's logits alone, nats, a mean over every 20 steps;
        ``test_error``, percent; ``norms``, by step and layer of the trunk, of the gradient of
        the weights (no biases) on that step's batch.

    Raises:
        ValueError: for another optimizer, a step that there is not, and as those functions do.

    >>> settings = {"batch_norm": True, "start": "he", "optimizer": "sgd", "schedule": "cosine"}
    >>> run = train_with_heads(True, 0, learning_rate=0.03, steps=20, **settings)
    >>> len(run["loss"]), list(run["norms"]["0"])[:4]
    (1, ['conv1', '3a', '3b', '4a'])
    """
    if optimizer not in OPTIMIZERS:
        allowed = ", ".join(OPTIMIZERS)
        raise ValueError(f"optimizer is {optimizer!r}; it must be one of {allowed}")
    if not set(norms_at) <= set(range(steps)):
        raise ValueError(f"norms_at is {norms_at!r}; it must be of steps 0 to {steps - 1}")
    torch.manual_seed(seed)
    network = googlenet_small(batch_norm=batch_norm, start=start, aux_logits=heads)
    network.to(memory_format=torch.channels_last)
    data, test = normalized_glyphs()
    batches = random_batches(data, BATCH_SIZE, torch.Generator().manual_seed(seed))
    losses: list[float] = []
    norms = {}

    def note_norms() -> None:
        step = len(losses) - 1
        if step in norms_at:
            norms[str(step)] = gradient_norms(network)

    def draw() -> list[Tensor]:
        note_norms()  # the gradients are still those of the step before
        return batches()

    def loss(outputs: Tensor | tuple[Tensor, ...], classes: Tensor) -> Tensor:
        main, *others = outputs if isinstance(outputs, tuple) else (outputs,)
        main_loss = F.cross_entropy(main, classes)
        losses.append(main_loss.item())
        return main_loss + HEAD_WEIGHT * sum(F.cross_entropy(o, classes) for o in others)

    made = OPTIMIZERS[optimizer](network.parameters(), lr=learning_rate)
    fit(network, draw, loss, steps=steps, optimizer=made, schedule=schedule)
    note_norms()
    means = [fmean(losses[k : k + AVERAGE_OVER]) for k in range(0, steps, AVERAGE_OVER)]
    return {
        "loss": [round(mean, 4) for mean in means],
        "test_error": round(100 * error_rate(network, test), 2),
        "norms": norms,
    }


def normalized_glyphs() -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return pictures and classes for training and test, with the first's mean 0 and variance 1.

    >>> (pictures, _), _ = normalized_glyphs()
    >>> pictures.shape, round(pictures.std().item(), 3)
    (torch.Size([2000, 1, 16, 16]), 1.0)
    """
    (pictures, classes), (others, other_classes) = (glyphs(NUM_PICTURES, seed=k) for k in (0, 1))
    mean, std = pictures.mean(), pictures.std()
    return ((pictures - mean) / std, classes), ((others - mean) / std, other_classes)


def gradient_norms(network: nn.Module) -> dict[str, float]:
    """Return the norm of the gradient of the weights of each layer of the trunk, from the first.

    Args:
        network: a small GoogLeNet after a backward pass; a module counts as one layer.

    >>> from lsdl_helpers.models.googlenet_small import googlenet_small
    >>> network = googlenet_small()
    >>> network(torch.zeros(2, 1, 16, 16)).sum().backward()
    >>> len(gradient_norms(network))  # a convolution, nine modules, the last layer
    11
    """
    norms = {}
    for name in [*network.order, "fc"]:
        weights = [w.grad for w in getattr(network, name).parameters() if w.dim() > 1]
        if weights:
            norm = torch.stack([grad.norm() for grad in weights]).norm().item()
            norms[name.removeprefix("inception")] = float(f"{norm:.4g}")
    return norms
