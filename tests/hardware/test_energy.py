"""The energies are data: what they must agree with."""

import pytest

from lsdl_helpers.hardware import DRAM_READ_PJ, ENERGY_PJ


def test_the_ratios_are_those_that_the_tpu_paper_states():
    """An 8-bit integer takes a sixth of FP16's energy to multiply, a thirteenth to add."""
    ratios = {what: ENERGY_PJ["FP16"][what] / ENERGY_PJ["int8"][what] for what in ENERGY_PJ["int8"]}
    assert ratios["multiply"] == pytest.approx(6, abs=0.6)
    assert ratios["add"] == pytest.approx(13, abs=0.5)


def test_a_read_from_memory_costs_more_than_any_operation():
    most = max(pj for costs in ENERGY_PJ.values() for pj in costs.values())
    assert DRAM_READ_PJ[1] > DRAM_READ_PJ[0] > 100 * most
