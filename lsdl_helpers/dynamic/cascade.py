"""A cascade of classifiers: each stage rejects what it can, the next one sees only the rest."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from lsdl_helpers.dynamic.scoring import scores, threshold_at_recall, train_scorer

DrawWindows = Callable[..., Tensor]

_DRAW_SIZE = 20_000  # negatives at a time
_SEED_STRIDE = 1000  # seeds of fits whose draws differ
_ATTEMPTS = 3


def _reset_parameters(module: nn.Module) -> None:
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
        threshold: set by :meth:`Cascade.choose_thresholds`; until then every window passes.
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

    >>> from lsdl_helpers.dynamic import subsampled_network
    >>> cascade = Cascade([Stage("quick", subsampled_network(), steps=2000)])
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        if not stages:
            raise ValueError("a cascade needs at least one stage")
        self.stages = tuple(replace(stage) for stage in stages)
        self.training_log: list[dict[str, str | int]] = []

    def fit(
        self,
        draw: DrawWindows,
        held_out: Tensor,
        recalls: Sequence[float],
        *,
        seed: int,
        num_positives: int = 8000,
        num_negatives: int = 20_000,
        num_hard: int = 2000,
        max_drawn: int = 400_000,
    ) -> Cascade:
        """Train the stages in turn and set their thresholds.

        The first stage learns from random negatives, the others from hard negatives, which pass
        the stages before them: see :meth:`mine_hard_negatives`. The units of a small network may
        die, and then it scores all alike: a stage that rejects less than half of the negatives it
        has learned from is trained again, from weights drawn with torch's own random numbers.

        Args:
            draw: ``draw(n, seed, positive=…)`` returns n windows with the object, or without.
            held_out: positives (n, …) for the thresholds, none of them trained on.
            recalls: as for :meth:`choose_thresholds`.
            seed: of the batches and of the draws, which have the seeds ``seed``, ``seed + 1000``,
                ``seed + 2000``, …: no stage sees negatives that another was trained on, and fits
                with seeds below 1,000 share none. The weights are the networks' own.
            num_positives: for training, the same for all stages.
            num_negatives: for the first stage.
            num_hard: for each of the others.
            max_drawn: negatives that are drawn at most to find those.

        Returns:
            The cascade itself. Its attribute ``training_log`` holds for each stage how many
            negatives were drawn for it, how many of them reached it, how many it was trained on,
            and how many of those that reached it and were trained on it then passes.

        Raises:
            ValueError: if a stage still rejects too little after three trainings, and as
                :meth:`choose_thresholds`.

        >>> from lsdl_helpers.data import smiley_windows
        >>> from lsdl_helpers.dynamic import subsampled_network
        >>> held_out = smiley_windows(100, seed=1, positive=True)
        >>> cascade = Cascade([Stage("quick", subsampled_network(), steps=200)])
        >>> cascade.fit(smiley_windows, held_out, [0.9], seed=0).counts(held_out)
        [100, 90]
        """
        self.choose_thresholds(held_out, recalls, stages=0)  # a mistake shows before the training
        seeds = itertools.count(seed, _SEED_STRIDE)
        positives = draw(num_positives, seed, positive=True)
        self.training_log = []
        for k, stage in enumerate(self.stages):
            if k == 0:
                negatives = draw(num_negatives, next(seeds), positive=False)
                drawn = reached = num_negatives
            else:
                negatives, drawn, reached = self.mine_hard_negatives(
                    draw, num_hard, seeds=seeds, stages=k, max_drawn=max_drawn
                )
            for _ in range(_ATTEMPTS):
                train_scorer(stage.network, positives, negatives, steps=stage.steps, seed=seed)
                self.choose_thresholds(held_out, recalls, stages=k + 1)
                passed = stage.scores(negatives) >= stage.threshold
                if passed.float().mean() < 0.5:
                    break
                stage.network.apply(_reset_parameters)
            else:
                raise ValueError(f"{stage.name!r} rejects too little in {_ATTEMPTS} trainings")
            self.training_log.append({
                "stage": stage.name, "drawn": drawn, "reached it": reached,
                "trained on": len(negatives), "then passed it": int(passed[:reached].sum()),
            })  # fmt: skip
        return self

    def choose_thresholds(
        self, held_out: Tensor, recalls: Sequence[float], *, stages: int | None = None
    ) -> None:
        """Choose the thresholds on held-out positives, so that each stage has its recall there.

        A stage scores the positives that pass the stages before it, so the recall of the cascade
        on all of them is the product of the recalls.

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
            positive_scores = stage.scores(held_out)
            stage.threshold = threshold_at_recall(positive_scores, recall)
            held_out = held_out[positive_scores >= stage.threshold]

    def stages_passed(self, windows: Tensor, *, stages: int | None = None) -> Tensor:
        """Return how many stages each window passes, (n,) int64.

        Each stage is asked for all windows that are left at once: small batches are slow.

        Args:
            windows: (n, …).
            stages: ask the first so many only.

        >>> cascade = Cascade([Stage("its value", nn.Identity(), steps=0, threshold=0.5)])
        >>> cascade.stages_passed(torch.tensor([0.2, 0.7])) == len(cascade.stages)  # accepted
        tensor([False,  True])
        """
        num_passed = torch.zeros(len(windows), dtype=torch.int64)
        left = torch.arange(len(windows))
        for stage in self.stages[:stages]:
            passed = stage.scores(windows) >= stage.threshold
            windows, left = windows[passed], left[passed]
            num_passed[left] += 1
        return num_passed

    def counts(self, windows: Tensor) -> list[int]:
        """Return how many windows there are, and how many are left after each stage."""
        num_passed = self.stages_passed(windows)
        return [int((num_passed >= k).sum()) for k in range(len(self.stages) + 1)]

    def mine_hard_negatives(
        self,
        draw: DrawWindows,
        n: int,
        *,
        seeds: Iterable[int],
        stages: int | None = None,
        max_drawn: int = 400_000,
    ) -> tuple[Tensor, int, int]:
        """Return hard negatives, those that pass the most stages, and how rare they are.

        Args:
            draw: as for :meth:`fit`.
            n: negatives returned. Drawing ends when so many pass all stages.
            seeds: of the draws, one for 20,000 negatives. An iterator is taken as far as needed.
            stages: ask the first so many only.
            max_drawn: negatives that are drawn at most; if too few of them pass all stages, those
                that come farthest are taken, too.

        Returns:
            The n windows, the farthest first; how many were drawn; how many of these pass all
            stages.

        Raises:
            ValueError: if n is above ``max_drawn``, or above what the seeds draw.
        """
        if n > max_drawn:
            raise ValueError(f"{n} negatives of {max_drawn} that are drawn; allowed: at most all")
        num_stages = len(self.stages[:stages])
        windows, num_passed = [], []
        drawn = reached = 0
        for seed in seeds:
            negatives = draw(min(_DRAW_SIZE, max_drawn - drawn), seed, positive=False)
            passed = self.stages_passed(negatives, stages=num_stages)
            drawn += len(negatives)
            reached += int((passed == num_stages).sum())
            farthest = passed.argsort(descending=True, stable=True)[:n]
            windows.append(negatives[farthest])
            num_passed.append(passed[farthest])
            if drawn == max_drawn or reached >= n:
                break
        if n > drawn:
            raise ValueError(f"{n} negatives of {drawn} that are drawn; allowed: at most all")
        farthest = torch.cat(num_passed).argsort(descending=True, stable=True)[:n]
        return torch.cat(windows)[farthest], drawn, reached
