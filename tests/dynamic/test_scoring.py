import pytest
import torch
from torch import nn

from lsdl_helpers.dynamic import scores, threshold_at_recall, train_scorer


@pytest.mark.parametrize("recall", [0.1, 0.5, 0.98, 0.98 ** (1 / 3), 1.0])
@pytest.mark.parametrize("n", [1, 7, 100, 1000])
def test_the_threshold_is_the_highest_that_reaches_the_recall(recall, n):
    positive_scores = torch.randn(n, generator=torch.Generator().manual_seed(0))
    threshold = threshold_at_recall(positive_scores, recall)
    reached = (positive_scores >= threshold).sum().item()
    assert reached / n >= recall - 1e-9
    assert (reached - 1) / n < recall, "a higher threshold reaches it, too"


def test_rounding_of_the_product_takes_no_score_more():
    assert 0.07 * 100 > 7
    assert threshold_at_recall(torch.arange(100.0), 0.07) == 93


@pytest.mark.parametrize(("positive_scores", "recall"), [([1.0], 0), ([1.0], 1.1), ([], 0.5)])
def test_mistakes_are_named(positive_scores, recall):
    with pytest.raises(ValueError, match=r"must be above 0|no score"):
        threshold_at_recall(torch.tensor(positive_scores), recall)


def test_scores_do_not_depend_on_the_batch_and_come_for_no_window():
    network = nn.Sequential(nn.Linear(3, 1), nn.Dropout(0.5), nn.Flatten(0))
    x = torch.rand(50, 3)
    torch.testing.assert_close(scores(network, x, batch_size=7), scores(network, x))
    assert scores(network, x[:0]).shape == (0,)


def test_training_separates_and_a_seed_repeats_it():
    def trained(seed):
        torch.manual_seed(0)
        network = nn.Sequential(nn.Linear(2, 1), nn.Flatten(0))
        x = torch.randn(200, 2)
        train_scorer(network, x + 2, x - 2, steps=100, seed=seed, learning_rate=0.1)
        return scores(network, torch.tensor([[2.0, 2.0], [-2.0, -2.0]]))

    one, same, other = trained(1), trained(1), trained(2)
    assert one[0] > 1
    assert one[1] < -1
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
