import pytest

from lsdl_helpers.large import network_sizes
from lsdl_helpers.large.growth import NETWORKS
from lsdl_helpers.large.sizes import OUR_NETWORKS, count_size
from tests.models.twins import on_meta


@pytest.fixture(scope="module")
def table():
    return network_sizes()


def test_every_network_stands_in_the_table_by_date(table):
    assert len(table) == len(NETWORKS) + len(OUR_NETWORKS)
    assert table.index.is_unique
    assert table.year.is_monotonic_increasing


def test_our_networks_are_counted(table):
    vgg = table.loc["VGG-16"]
    assert vgg.units == sum(64 * c * s * s for c, s in [
        (2, 224), (4, 112), (12, 56), (24, 28), (24, 14)]) + 2 * 4096 + 1000  # fmt: skip
    assert vgg.own == 2 * 64 + 2 * 128 + 3 * 256 + 6 * 512 + 2 * 4096 + 1000
    assert vgg.parameters == sum(p.numel() for p in on_meta("vgg16").parameters())


def test_a_resnet_is_counted_as_published(table):
    # v1.5 would halve the picture one layer later: 526,848 more units in ResNet-50
    assert table.loc["ResNet-50"].units == count_size("resnet50", 224).units == 10_588_136


def test_no_rule_counts_more_than_the_rule_before_it(table):
    complete = table.dropna()
    assert (complete.in_use <= complete.units).all()
    assert (complete.own <= complete.units).all()


def test_an_uncomplete_network_is_an_error():
    with pytest.raises(ValueError, match="no published figures of 'nonsense'"):
        count_size("nonsense", 224)
