import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from lsdl_helpers.measure import routines
from lsdl_helpers.measure.routines import LAYOUTS

DTYPES = ("float32", "bfloat16", "int8")
CONVOLUTIONS = {f"{kernel} convolution{layout}" for kernel in ("3x3", "1x1") for layout in LAYOUTS}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setitem(routines.SIDES, "cpu", (16, 32))
    monkeypatch.setattr(routines, "CONVOLUTIONS", ((3, 8, 12), (1, 16, 12)))


def names(dtype, kind="cpu"):
    return {routine.name for routine in routines.routines(dtype, kind)}


def test_a_peak_is_sought_among_matrix_products_and_convolutions_in_both_layouts():
    assert names("float32") == {"matrix product", "matrix product of oneDNN"} | CONVOLUTIONS
    assert names("bfloat16") == {"matrix product"} | CONVOLUTIONS
    assert names("int8") == {"matrix product"}
    assert names("float32", "cuda") == {"matrix product"} | CONVOLUTIONS


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_flops_are_those_that_torch_counts(dtype):
    for routine in routines.routines(dtype, "cpu"):
        call = routine.prepare()
        if dtype == "int8" or "oneDNN" in routine.name:  # torch does not count these
            assert routine.flops == 2 * len(call()) ** 3
            continue
        with FlopCounterMode(display=False) as counter:
            call()
        assert counter.get_total_flops() == routine.flops, routine.name


def test_each_convolves_in_its_layout():
    for routine in routines.routines("float32", "cpu"):
        if "convolution" in routine.name:
            layout = LAYOUTS[routine.name.partition("convolution")[2]]
            assert routine.prepare()().is_contiguous(memory_format=layout)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_readers_random_numbers_stay(dtype):
    state = torch.get_rng_state()
    for routine in routines.routines(dtype, "cpu"):
        routine.prepare()
    assert torch.equal(torch.get_rng_state(), state)
