import pytest

from lsdl_helpers.measure import Limits


@pytest.fixture
def made():
    """Limits made up with round numbers: three plateaus of bandwidth, 1 µs of overhead."""
    rates = {14: 400, 16: 200, 18: 190, 20: 90, 22: 60, 24: 58, 28: 20}
    return Limits(
        peaks={("float32", 1): 100e9, ("float32", 2): 180e9},
        bandwidths=tuple((2**k, rate * 1e9) for k, rate in rates.items()),
        overhead_s=1e-6,
        source="calibrated",
        when="2026-01-02T03:04",
        device="cpu",
        machine={"processor": "made up", "instruction_sets": "sse4_2 avx512f"},
        left_out={"int8": "not implemented here"},
        routines={("float32", 1): "3x3 convolution"},
    )
