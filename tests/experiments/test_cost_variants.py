import pytest

from experiments import cost_variants
from lsdl_helpers.data import results


@pytest.mark.parametrize("name", ["vgg11", "resnet50", "efficientnet_lite0"])
def test_the_counts_are_those_that_are_stored(name):
    assert cost_variants.counts(name) == results.load("cost_variants")["networks"][name]["counts"]


def test_every_network_has_every_variant_in_order():
    stored = results.load("cost_variants")
    assert list(stored["networks"]) == list(cost_variants.NETWORKS)
    assert stored["settings"]["rounds"] >= 5
    for network in stored["networks"].values():
        assert list(network["ms"]) == list(cost_variants.VARIANTS)
        for taken in network["ms"].values():
            assert 0 < taken["low"] <= taken["median"] <= taken["high"]


def test_a_network_is_timed_in_its_variants(monkeypatch):
    monkeypatch.setitem(cost_variants.NETWORKS, "resnet18", 64)
    times = cost_variants.times("resnet18", rounds=1)
    assert list(times) == list(cost_variants.VARIANTS)
    assert all(taken["low"] == taken["median"] > 0 for taken in times.values())
