import pytest

from lsdl_helpers.measure import frontier

CASES = [
    ({"a": 1}, {"a": 70}, ["a"]),
    ({"slow": 9, "fast": 3}, {"slow": 75, "fast": 80}, ["fast"]),
    ({"c": 3, "a": 1, "b": 2}, {"c": 80, "a": 70, "b": 75}, ["a", "b", "c"]),
    ({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 70, "b": 69, "c": 69.5, "d": 71}, ["a", "d"]),
    ({"a": 1, "b": 1}, {"a": 70, "b": 72}, ["b"]),
    ({"a": 1, "b": 2}, {"a": 70, "b": 70}, ["a"]),
    ({"a": 1, "b": 1}, {"a": 70, "b": 70}, ["a", "b"]),
    ({}, {}, []),
]


@pytest.mark.parametrize(("costs", "gains", "names"), CASES)
def test_nothing_on_the_frontier_is_dominated(costs, gains, names):
    assert frontier(costs, gains) == names


def test_a_series_counts_by_its_names():
    pandas = pytest.importorskip("pandas")
    assert frontier(pandas.Series({"a": 2.0, "b": 1.0}), {"a": 2, "b": 3}) == ["b"]


def test_names_of_one_side_alone_are_refused():
    with pytest.raises(ValueError, match="only one of costs and gains has b, c"):
        frontier({"a": 1, "b": 1}, {"a": 1, "c": 1})
