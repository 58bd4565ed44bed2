import pytest
from torch import nn

from lsdl_helpers.large.growth import NERVOUS_SYSTEMS, NETWORKS, NetworkSize, Units
from lsdl_helpers.measure import cost
from tools.notebook_form import ROOT

# What the papers state: units and parameters, as precisely as they do.
STATED = {"AlexNet": (650_000, 60_000_000, 0.02), "LeNet-5": (None, 60_000, 0)}


@pytest.mark.parametrize("row", [*NETWORKS.values(), *NERVOUS_SYSTEMS.values()],
                         ids=[*NETWORKS, *NERVOUS_SYSTEMS])  # fmt: skip
def test_a_row_has_a_rule_and_a_source_of_the_bibliography(row):
    assert row.rule
    assert f"{{{row.source}," in (ROOT / "book" / "references.bib").read_text("utf-8")


@pytest.mark.parametrize("name", STATED)
def test_the_layers_add_up_to_what_the_paper_states(name):
    units, parameters, tolerance = STATED[name]
    assert NETWORKS[name].parameters == pytest.approx(parameters, rel=tolerance)
    assert units is None or NETWORKS[name].units == pytest.approx(units, rel=tolerance)


def test_connections_add_up_to_what_the_paper_states():
    # LeNet-5 has 340,908 with a bias a unit, and those of the last layer's fixed weights
    size = NETWORKS["LeNet-5"]
    assert size.connections + (size.units - 10) + 84 * 10 == 340_908


def test_a_token_uses_a_parameter_at_most_once():
    models = [size for size in NETWORKS.values() if "token" in size.rule]
    assert len(models) == 3
    assert all(size.connections <= size.parameters for size in models)


def test_layers_are_counted_as_the_cost_of_a_network_is():
    network = nn.Sequential(nn.Conv2d(3, 8, 5), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16, 10))
    counted = cost(network, (1, 3, 8, 8))
    size = NetworkSize.from_layers(2000, "", "", Units(3 * 25 + 1, 8, 16), Units(129, 10))
    assert (size.units, size.parameters) == (counted.units, counted.parameters)
    assert size.connections == counted.multiply_adds
    assert size.own == 18


def test_nervous_systems_are_ordered_by_size():
    neurons = [system.neurons for system in NERVOUS_SYSTEMS.values()]
    assert neurons == sorted(neurons)


def test_a_mixture_of_experts_uses_few_of_its_units():
    mixture = NETWORKS["DeepSeek-V3"]
    assert mixture.in_use < mixture.units / 20
    assert all(size.in_use == size.units for name, size in NETWORKS.items() if size != mixture)
