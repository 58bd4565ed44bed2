import numpy as np
import pytest
import torch

from lsdl_helpers.data import digits, results
from lsdl_helpers.parallel.data import fit_critical_batch, steps_to_loss


def test_a_loss_that_is_reached_is_reached_at_the_same_step_again():
    settings = {"batch_size": 64, "learning_rate": 0.4, "target": 0.3}
    first, again, other = (steps_to_loss(digits()[0], seed=s, **settings) for s in (0, 0, 1))
    assert first == again != other
    looser = steps_to_loss(digits()[0], seed=0, **settings | {"target": 0.6})
    assert looser < first


def test_a_loss_that_is_not_reached_is_none():
    data = torch.zeros(4, 3), torch.tensor([0, 1, 0, 1])
    settings = {"batch_size": 2, "learning_rate": 0.1, "seed": 0, "target": 0.1, "max_steps": 5}
    assert steps_to_loss(data, **settings) is None


def test_stored_steps_are_those_of_the_script():
    stored = results.load("large_batch")
    row = next(row for row in stored["rows"] if row["batch_size"] == 64)
    seed = stored["settings"]["seeds"][0]
    steps = steps_to_loss(digits()[0], batch_size=64, learning_rate=row["learning_rate"],
                          seed=seed, target=stored["settings"]["target"])  # fmt: skip
    assert steps == pytest.approx(row["steps"][0], rel=0.05)  # processors round differently


def test_returns_are_fitted():
    sizes = [2, 10, 50, 250]
    assert fit_critical_batch(sizes, [70 * (1 + 20 / b) for b in sizes]) == pytest.approx((70, 20))


def test_a_fit_of_returns_is_not_negative():
    assert fit_critical_batch([10, 100], [1000, 10]) == (0, np.inf)  # ten times the batch, 1/100
    least, critical = fit_critical_batch([10, 100], [100, 300])  # a larger batch takes more steps
    assert (least, critical) == (pytest.approx(120), 0)  # 120 = (1/100 + 1/300) / their squares


@pytest.mark.parametrize(("sizes", "steps"), [
    ([4, 4], [1, 1]), ([0, 4], [2, 1]), ([2, 4], [2, None]), ([2, 4], [2, 0]), ([2, 4], [1, 2, 3]),
])  # fmt: skip
def test_a_fit_of_what_cannot_be_is_refused(sizes, steps):
    with pytest.raises(ValueError, match="a fit needs two different batches, as many steps, and"):
        fit_critical_batch(sizes, steps)
