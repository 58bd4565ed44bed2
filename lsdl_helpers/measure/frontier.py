"""The frontier of cost and gain: what is worth its cost."""

from collections.abc import Mapping


def frontier(costs: Mapping[str, float], gains: Mapping[str, float]) -> list[str]:
    """Return the names that no other one dominates, the cheapest first.

    One dominates another if it costs no more and gains more, or costs less and gains no less.
    Names of the same cost and the same gain are on the frontier together.

    Args:
        costs: by name, in any unit, less is better.
        gains: by name, in any unit, more is better.

    Raises:
        ValueError: if the two have different names.

    >>> frontier({"a": 1, "b": 3, "c": 2}, {"a": 70, "b": 74, "c": 69})
    ['a', 'b']
    """
    if odd := set(costs.keys()) ^ set(gains.keys()):
        given = ", ".join(sorted(odd))
        raise ValueError(f"only one of costs and gains has {given}; allowed: the same names")

    def dominated(name: str) -> bool:
        cost, gain = costs[name], gains[name]
        return any(
            (costs[other] <= cost and gains[other] > gain)
            or (costs[other] < cost and gains[other] >= gain)
            for other in costs.keys()  # noqa: SIM118, a pandas Series iterates over its values
        )

    return [name for name in sorted(costs.keys(), key=lambda n: costs[n]) if not dominated(name)]
