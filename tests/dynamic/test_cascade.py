"""Cascades of networks that score a window by its first or second number."""

import itertools

import pytest
import torch
from torch import nn

from lsdl_helpers.dynamic import Cascade, Stage


class Feature(nn.Module):
    """Score windows (B, 2) by one of their numbers; count the windows it was asked for."""

    def __init__(self, index):
        super().__init__()
        self.index, self.asked = index, 0
        self.weight = nn.Parameter(torch.zeros(()))  # to be trained, without effect

    def forward(self, x):
        self.asked += len(x)
        return x[:, self.index] + 0 * self.weight


def two_stages():
    return Cascade([Stage(f"{k}", Feature(k), steps=1) for k in (0, 1)])


def draw(n, seed, *, positive):
    random = torch.Generator().manual_seed(2 * seed + positive)
    return torch.randn(n, 2, generator=random) + 2 * positive


@pytest.fixture
def trained_on(monkeypatch):
    """Train nothing; return the list of the negatives that each training would have had."""
    negatives_of_each = []
    monkeypatch.setattr(
        "lsdl_helpers.dynamic.cascade.train_scorer",
        lambda network, positives, negatives, **settings: negatives_of_each.append(negatives),
    )
    return negatives_of_each


def test_recalls_multiply_out_on_held_out_positives():
    cascade, held_out = two_stages(), draw(1000, 0, positive=True)
    cascade.choose_thresholds(held_out, [0.9, 0.8])
    assert cascade.counts(held_out) == [1000, 900, 720]


def test_a_window_is_asked_for_until_a_stage_rejects_it():
    cascade = two_stages()
    for stage in cascade.stages:
        stage.threshold = 0.0
    windows = torch.tensor([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]])
    assert cascade.stages_passed(windows).tolist() == [2, 1, 0, 2]
    assert cascade.stages_passed(windows, stages=1).tolist() == [1, 1, 0, 1]
    assert cascade.counts(windows) == [4, 3, 2]
    assert cascade.stages_passed(windows[:0]).tolist() == []


def test_a_stage_is_asked_only_for_what_is_left():
    cascade, windows = two_stages(), draw(1000, 0, positive=False)
    cascade.stages[0].threshold = 1.0
    cascade.stages_passed(windows)
    assert cascade.stages[0].network.asked == 1000
    assert cascade.stages[1].network.asked == (windows[:, 0] >= 1).sum()


def test_all_pass_until_thresholds_are_set():
    assert two_stages().counts(draw(50, 0, positive=False)) == [50, 50, 50]


def test_hard_negatives_are_those_that_come_farthest():
    cascade = two_stages()
    cascade.stages[0].threshold, cascade.stages[1].threshold = 2.0, 3.5
    hard, drawn, reached = cascade.mine_hard_negatives(draw, 300, seeds=[0], max_drawn=30_000)
    passed = cascade.stages_passed(hard)
    every = cascade.stages_passed(draw(20_000, 0, positive=False))
    assert len(hard) == 300
    assert (passed == 2).sum() == (every == 2).sum() == reached < 300
    assert drawn == 20_000
    assert passed.min() == 1
    assert torch.equal(passed, passed.sort(descending=True).values)


def test_drawing_ends_when_enough_pass():
    seeds = []

    def draw_and_note(n, seed, *, positive):
        seeds.append(seed)
        return draw(n, seed, positive=positive)

    cascade = two_stages()
    cascade.stages[0].threshold = 1.0  # 16 % pass
    numbers = itertools.count(7)
    hard, drawn, reached = cascade.mine_hard_negatives(
        draw_and_note, 5000, seeds=numbers, stages=1, max_drawn=100_000
    )
    assert seeds == [7, 8]
    assert next(numbers) == 9
    assert drawn == 40_000
    passed = sum((draw(20_000, k, positive=False)[:, 0] >= 1).sum() for k in seeds)
    assert reached == passed > len(hard)
    assert (hard[:, 0] >= 1).all()


def test_every_draw_of_a_fit_is_a_new_one_and_none_is_of_another_fit(trained_on):
    drawn = []

    def draw_and_note(n, seed, *, positive):
        drawn.append((seed, positive))
        return torch.randn(n, 3) + 2 * positive

    for seed in (0, 1, 7, 999):
        cascade = Cascade([Stage(f"{k}", Feature(k), steps=1) for k in range(3)])
        held_out = torch.randn(1000, 3) + 2
        cascade.fit(draw_and_note, held_out, [0.9] * 3, seed=seed, num_hard=10_000)
        assert all(entry["drawn"] > 20_000 for entry in cascade.training_log[1:])  # several draws
    assert len(set(drawn)) == len(drawn)
    assert max(seed for seed, _ in drawn) < 10**7  # where held-out and test draws begin


def test_fit_trains_each_stage_on_what_passes_those_before(trained_on):
    cascade, held_out = two_stages(), draw(1000, 99, positive=True)
    fitted = cascade.fit(draw, held_out, [0.9, 0.8], seed=0, num_negatives=500, num_hard=100)
    assert fitted is cascade
    assert cascade.counts(held_out) == [1000, 900, 720]
    first, second = trained_on
    assert torch.equal(first, draw(500, 0, positive=False))
    assert len(second) == 100
    passed = second[:, 0] >= cascade.stages[0].threshold
    assert passed.all()
    looked_at = draw(20_000, 1000, positive=False)
    assert cascade.training_log == [
        {"stage": "0", "drawn": 500, "reached it": 500, "trained on": 500,
         "then passed it": cascade.stages_passed(first, stages=1).sum()},
        {"stage": "1", "drawn": 20_000,
         "reached it": cascade.stages_passed(looked_at, stages=1).sum(), "trained on": 100,
         "then passed it": (cascade.stages_passed(second) == 2).sum()},
    ]  # fmt: skip


def test_those_that_fill_up_the_hard_negatives_are_not_counted(trained_on):
    cascade = two_stages().fit(
        draw, draw(1000, 99, positive=True), [0.8, 0.9], seed=0, num_negatives=500,
        num_hard=100, max_drawn=200,
    )  # fmt: skip
    entry = cascade.training_log[1]
    assert entry["reached it"] < entry["trained on"] == 100
    assert entry["then passed it"] == cascade.counts(draw(200, 1000, positive=False))[2]


def test_fit_trains_networks_to_score():
    network = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
    nn.init.zeros_(network[0].weight)
    cascade = Cascade([Stage("one", network, steps=30)])
    cascade.fit(draw, draw(1000, 99, positive=True), [0.95], seed=0)
    assert cascade.counts(draw(1000, 5, positive=False))[-1] < 300


def test_mistakes_are_named():
    cascade = two_stages()
    with pytest.raises(ValueError, match="at least one stage"):
        Cascade([])
    with pytest.raises(ValueError, match="1 recalls for 2 stages"):
        cascade.choose_thresholds(draw(10, 0, positive=True), [0.9])
    with pytest.raises(ValueError, match=r"recall is 1.2"):
        cascade.choose_thresholds(draw(10, 0, positive=True), [1.2, 0.9])
    with pytest.raises(ValueError, match="300 negatives of 200"):
        cascade.mine_hard_negatives(draw, 300, seeds=[0], max_drawn=200)


def test_cascades_may_share_a_network_and_have_thresholds_of_their_own():
    first = two_stages()
    second = Cascade(first.stages[1:])
    second.stages[0].threshold = 5.0
    assert second.stages[0].network is first.stages[1].network
    assert first.stages[1].threshold < 0


def dead_network():
    """Return a network whose hidden units are 0 for every window of `draw`."""
    network = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Flatten(0))
    network[0].bias.data.fill_(-1000)
    return network


def test_a_stage_that_died_is_trained_again_from_new_weights():
    torch.manual_seed(0)
    cascade = Cascade([Stage("one", dead_network(), steps=300)])
    cascade.fit(draw, draw(1000, 99, positive=True), [0.95], seed=0)
    assert cascade.counts(draw(1000, 5, positive=False))[-1] < 500


def test_a_stage_that_cannot_reject_is_an_error():
    cascade = Cascade([Stage("one", nn.Sequential(Feature(0)), steps=1)])
    with pytest.raises(ValueError, match="'one' rejects too little in 3 trainings"):
        cascade.fit(draw, torch.full((10, 2), -99.0), [0.95], seed=0)
