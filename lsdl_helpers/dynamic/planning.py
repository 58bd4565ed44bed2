"""Expected cost and precision of a cascade, computed from a few rates."""

from collections.abc import Sequence


def expected_cost(costs: Sequence[float], pass_rates: Sequence[float]) -> float:
    r"""Return the mean cost of a window.

    .. math:: c_1 + p_1 c_2 + p_1 p_2 c_3 + \dots

    Args:
        costs: of each stage for one window, in any unit.
        pass_rates: share of the windows that reach a stage and pass it, for every stage; that
            of the last has no influence.

    Raises:
        ValueError: if there are not as many rates as costs, or a rate is not in 0 to 1.

    >>> expected_cost([1, 10, 100], [0.1, 0.1, 0.1])
    3.0
    """
    if len(costs) != len(pass_rates):
        raise ValueError(f"{len(costs)} costs, {len(pass_rates)} pass rates; one a stage each")
    if not all(0 <= rate <= 1 for rate in pass_rates):
        raise ValueError(f"pass rates are {list(pass_rates)}; each must be from 0 to 1")
    total, reached = 0.0, 1.0
    for cost, rate in zip(costs, pass_rates, strict=True):
        total += reached * cost
        reached *= rate
    return total


def precision_at(prevalence: float, recall: float, false_positive_rate: float) -> float:
    """Return the precision: the share of the accepted windows that show the object.

    Args:
        prevalence: share of all windows that show it, e.g. 0.001.
        recall: share of those that is accepted.
        false_positive_rate: share of the other windows that is accepted.

    Raises:
        ValueError: if one of them is not in 0 to 1, or nothing is accepted.

    >>> round(precision_at(0.001, 0.98, 0.001), 2)
    0.5
    """
    rates = (prevalence, recall, false_positive_rate)
    if not all(0 <= rate <= 1 for rate in rates):
        raise ValueError(f"the rates are {rates}; each must be from 0 to 1")
    true, false = prevalence * recall, (1 - prevalence) * false_positive_rate
    if not true + false:
        raise ValueError("nothing is accepted: there is no precision")
    return true / (true + false)
