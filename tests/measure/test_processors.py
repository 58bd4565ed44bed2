import re

import pytest

from lsdl_helpers.measure import list_processors, processor
from tools.notebook_form import ROOT

ALL = [processor(name) for name in list_processors()]
CPU, CARD = processor("i7-3770K"), processor("GTX 690")


def test_cores_floating_point_and_bandwidth_of_the_card_and_the_cpu():
    assert CARD.cores / CPU.cores == 768
    assert round(CARD.peak["float32"] / CPU.peak["float32"], 1) == 25.1
    assert CARD.bandwidth / CPU.bandwidth == 15
    assert round(CARD.peak["float32"] / processor("i7-4770K").peak["float32"], 1) == 12.5


@pytest.mark.parametrize("entry", [p for p in ALL if p.clock_ghz], ids=lambda p: p.name)
def test_the_peak_is_cores_times_operations_times_clock(entry):
    computed = entry.cores * entry.flop_per_cycle * entry.clock_ghz * 1e9
    assert entry.peak["float32"] == pytest.approx(computed, rel=1e-3)


@pytest.mark.parametrize(("name", "dtype", "balance"), [
    ("i7-3770K", "float32", 8.75),
    ("GTX 690", "float32", 14.6),
    ("A100", "bfloat16", 153),
    ("RTX 4090", "bfloat16", 164),
    ("H100", "bfloat16", 295),
    ("B200", "bfloat16", 281),
])  # fmt: skip
def test_the_balance_grew_with_the_years(name, dtype, balance):
    assert processor(name).balance[dtype] == pytest.approx(balance, rel=5e-3)


@pytest.mark.parametrize(("name", "gigabytes"), [("GTX 690", 15.75), ("A100", 31.5), ("H100", 63)])
def test_the_link_to_the_host(name, gigabytes):
    assert processor(name).link == pytest.approx(gigabytes * 1e9, rel=1e-3)
    assert CPU.link is None


@pytest.mark.parametrize("entry", ALL, ids=lambda p: p.name)
def test_the_figures_of_an_entry_fit_together(entry):
    assert entry.kind in {"CPU", "GPU"}
    assert (entry.kind == "GPU") == (entry.memory is not None)
    assert 2012 <= entry.year <= 2024
    assert 10 < entry.power_w <= 1000
    assert entry.chips in {1, 2}
    floats = [entry.peak[key] for key in ("float64", "float32", "tf32", "bfloat16", "float8",
                                          "float4") if key in entry.peak]  # fmt: skip
    assert floats == sorted(floats), "fewer bits are not slower"
    if "int8" in entry.peak:
        assert entry.peak["int8"] >= 2 * entry.peak["bfloat16"], "half the bits"
    assert min(entry.balance.values()) > 1, "in operations per byte"


@pytest.mark.parametrize("entry", ALL, ids=lambda p: p.name)
def test_every_source_is_in_the_bibliography(entry):
    keys = re.findall(r"^@\w+\{([^,]+),", (ROOT / "book/references.bib").read_text(), re.MULTILINE)
    assert entry.sources
    assert set(entry.sources) <= set(keys)


def test_cpus_come_first_and_each_kind_by_year():
    assert [(p.kind, p.year) for p in ALL] == sorted((p.kind, p.year) for p in ALL)
    assert len({p.name for p in ALL}) == len(ALL)


def test_an_entry_cannot_be_changed():
    with pytest.raises(TypeError):
        CPU.peak["float32"] = 1.0
    with pytest.raises(AttributeError):
        CPU.year = 2013


def test_an_unknown_processor_lists_the_known():
    with pytest.raises(ValueError, match=r"no processor is called 'GTX 960'; there are i7-3770K, "):
        processor("GTX 960")
