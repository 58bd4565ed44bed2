"""A cascade of classifiers: each rejects what it can, the next one sees only what is left."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from lsdl_helpers.dynamic.scoring import scores, threshold_at_recall, train_scorer

Draw = Callable[..., Tensor]

_DRAWN = 20_000  # negatives at a time
_SEEDS = 1000  # fits whose draws differ
_ATTEMPTS = 3


def _draw_weights(module: nn.Module) -> None:
    if hasattr(module, "reset_parameters"):
        module.reset_parameters()


@dataclass
class Stage:
    """A network that scores windows; those that reach its threshold pass.

    Args:
        name: e.g. "quick".
        network: from (B, …) windows to scores (B,), higher where it sees the object.
        steps: of training.
        batch_size: windows that are scored at a time. Few, for a network whose activations
            would fill the cache; many, for one that takes less time than the calls around it.
        threshold: set by :meth:`Cascade.calibrate`; until then every window passes.
    """

    name: str
    network: nn.Module
    steps: int
    batch_size: int = 64
    threshold: float = -math.inf

    def scores(self, windows: Tensor) -> Tensor:
        """Return the score of each window, (n,) float32."""
        return scores(self.network, windows, batch_size=self.batch_size)


class Cascade:
    """Stages of growing capacity, asked in turn; a window passes all of them or is rejected.

    Source: Viola and Jones (2001). Their stages are sums of simple features, chosen by boosting;
    ours are networks.

    Args:
        stages: the first to be asked first. Copied, so that cascades may share a network and
            have thresholds of their own.

    Raises:
        ValueError: for no stage.

    >>> from lsdl_helpers.dynamic import quick_network
    >>> cascade = Cascade([Stage("quick", quick_network(), steps=2000)])
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        if not stages:
            raise ValueError("a cascade needs at least one stage")
        self.stages = tuple(replace(stage) for stage in stages)
        self.training: list[dict[str, str | int]] = []

    def fit(
        self,
        draw: Draw,
        held_out: Tensor,
        recalls: Sequence[float],
        *,
        seed: int,
        num_positives: int = 8000,
        num_negatives: int = 20_000,
        num_hard: int = 2000,
        most: int = 400_000,
    ) -> Cascade:
        """Train the stages in turn and set their thresholds.

        The first stage learns from negatives as they come, the others from hard ones, that pass
        the stages before them: see :meth:`mine`. The units of a small network may die, and
        then it scores all alike: a stage that rejects less than half of the negatives it has
        learned from is trained again, from weights drawn with torch's own random numbers.

        Args:
            draw: ``draw(n, seed, positive=…)`` returns n windows with the object, or without.
            held_out: positives (n, …) for the thresholds, none of them trained on.
            recalls: as for :meth:`calibrate`.
            seed: of the batches and of the draws, which have the seeds ``seed``, ``seed + 1000``,
                ``seed + 2000``, …: no stage sees negatives that another was trained on, and fits
                with seeds below 1,000 share none. The weights are the networks' own.
            num_positives: for training, the same for all stages.
            num_negatives: for the first stage.
            num_hard: for each of the others.
            most: negatives that are looked at to find those.

        Returns:
            The cascade itself. Its attribute ``training`` tells of each stage how many negatives
            were drawn for it, how many of them reached it, how many it was trained on, and how
            many of those that reached it and were trained on it then passes.

        Raises:
            ValueError: if a stage still rejects too little after three trainings, and as
                :meth:`calibrate`.

        >>> from lsdl_helpers.data import smiley_windows
        >>> from lsdl_helpers.dynamic import quick_network
        >>> held_out = smiley_windows(100, seed=1, positive=True)
        >>> cascade = Cascade([Stage("quick", quick_network(), steps=200)])
        >>> cascade.fit(smiley_windows, held_out, [0.9], seed=0).counts(held_out)
        [100, 90]
        """
        self.calibrate(held_out, recalls, stages=0)  # says before the training what is wrong
        seeds = itertools.count(seed, _SEEDS)
        positives = draw(num_positives, seed, positive=True)
        self.training = []
        for k, stage in enumerate(self.stages):
            if k == 0:
                negatives = draw(num_negatives, next(seeds), positive=False)
                drawn = reached = num_negatives
            else:
                negatives, drawn, reached = self.mine(
                    draw, num_hard, seeds=seeds, stages=k, most=most
                )
            for _ in range(_ATTEMPTS):
                train_scorer(stage.network, positives, negatives, steps=stage.steps, seed=seed)
                self.calibrate(held_out, recalls, stages=k + 1)
                passed = stage.scores(negatives) >= stage.threshold
                if passed.float().mean() < 0.5:
                    break
                stage.network.apply(_draw_weights)
            else:
                raise ValueError(f"{stage.name!r} rejects too little in {_ATTEMPTS} trainings")
            self.training.append({
                "stage": stage.name, "drawn": drawn, "reached it": reached,
                "trained on": len(negatives), "then passed it": int(passed[:reached].sum()),
            })  # fmt: skip
        return self

    def calibrate(
        self, held_out: Tensor, recalls: Sequence[float], *, stages: int | None = None
    ) -> None:
        """Set the thresholds so that each stage lets its part of the positives pass.

        The recall of the cascade on these positives is then the product.

        Args:
            held_out: positives (n, …) that no stage was trained on.
            recalls: for every stage, share of the positives that reach it which shall pass.
            stages: set those of the first so many only.

        Raises:
            ValueError: if there are not as many recalls as stages, or one that is not above 0
                and at most 1.
        """
        if len(recalls) != len(self.stages):
            raise ValueError(f"{len(recalls)} recalls for {len(self.stages)} stages; one each")
        for stage, recall in itertools.islice(zip(self.stages, recalls, strict=True), stages):
            found = stage.scores(held_out)
            stage.threshold = threshold_at_recall(found, recall)
            held_out = held_out[found >= stage.threshold]

    def depth(self, windows: Tensor, *, stages: int | None = None) -> Tensor:
        """Return how many stages each window passes, (n,) int64.

        Each stage is asked for all windows that are left at once: small batches are slow.

        Args:
            windows: (n, …).
            stages: ask the first so many only.

        >>> cascade = Cascade([Stage("its value", nn.Identity(), steps=0, threshold=0.5)])
        >>> cascade.depth(torch.tensor([0.2, 0.7])) == len(cascade.stages)  # accepted
        tensor([False,  True])
        """
        depth = torch.zeros(len(windows), dtype=torch.int64)
        left = torch.arange(len(windows))
        for stage in self.stages[:stages]:
            passed = stage.scores(windows) >= stage.threshold
            windows, left = windows[passed], left[passed]
            depth[left] += 1
        return depth

    def counts(self, windows: Tensor) -> list[int]:
        """Return how many windows there are, and how many are left after each stage."""
        depth = self.depth(windows)
        return [int((depth >= k).sum()) for k in range(len(self.stages) + 1)]

    def mine(
        self,
        draw: Draw,
        n: int,
        *,
        seeds: Iterable[int],
        stages: int | None = None,
        most: int = 400_000,
    ) -> tuple[Tensor, int, int]:
        """Return hard negatives, those that pass the most stages, and how rare they are.

        Args:
            draw: as for :meth:`fit`.
            n: negatives returned. Drawing ends when so many pass all stages.
            seeds: of the draws, one for 20,000 negatives. An iterator is taken as far as needed.
            stages: ask the first so many only.
            most: negatives that are drawn if too few pass; then those that come farthest are taken.

        Returns:
            The n windows, the farthest first; how many were drawn; how many of these pass all
            stages.

        Raises:
            ValueError: if n is above ``most``, or above what the seeds draw.
        """
        if n > most:
            raise ValueError(f"{n} negatives of {most} that are drawn; allowed: at most all")
        goal = len(self.stages[:stages])
        windows, depths = [], []
        drawn = reached = 0
        for seed in seeds:
            found = draw(min(_DRAWN, most - drawn), seed, positive=False)
            depth = self.depth(found, stages=goal)
            drawn += len(found)
            reached += int((depth == goal).sum())
            farthest = depth.argsort(descending=True, stable=True)[:n]
            windows.append(found[farthest])
            depths.append(depth[farthest])
            if drawn == most or reached >= n:
                break
        if n > drawn:
            raise ValueError(f"{n} negatives of {drawn} that are drawn; allowed: at most all")
        farthest = torch.cat(depths).argsort(descending=True, stable=True)[:n]
        return torch.cat(windows)[farthest], drawn, reached
