import json
import math

import pytest
import torch

from lsdl_helpers.measure import Limits


def test_a_peak_is_looked_up_by_dtype_and_threads(made):
    assert made.peak() == made.peak(torch.float32) == 100e9
    assert made.peak("float32", 2) == 180e9


def test_an_unknown_peak_names_what_is_known(made):
    message = "no peak is known for float32 with 3 threads; known: float32 with 1, float32 with 2"
    with pytest.raises(ValueError, match=message):
        made.peak("float32", 3)
    with pytest.raises(ValueError, match="there is no peak for int8: not implemented here"):
        made.peak(torch.int8)


def test_bandwidth_is_that_of_the_working_set(made):
    assert made.bandwidth(2**16) == pytest.approx(200e9)
    assert made.bandwidth(2**15) == pytest.approx((400e9 * 200e9) ** 0.5)  # halfway
    assert made.bandwidth(1) == pytest.approx(400e9)
    assert made.bandwidth(2**40) == pytest.approx(20e9)
    with pytest.raises(ValueError, match="num_bytes is 0; it must be above 0"):
        made.bandwidth(0)


def test_steps_of_the_caches(made):
    # 400, 200 | 190, 90, 60 | 58, 20: each run of falls of a fifth begins with its first set
    assert made.cache_steps == (2**14, 2**18, 2**24)
    assert made.cache_bytes == 2**24
    flat = Limits.from_dict({**made.to_dict(), "bandwidths": [[1024, 1e9], [4096, 1e9]]})
    assert (flat.cache_steps, flat.cache_bytes) == ((), 0)
    assert "none seen" in repr(flat)


def test_balance_and_roofs(made):
    assert made.balance() == 5
    assert made.roofs()["peaks"] == {"float32": 100e9}
    roofs = made.roofs(threads=2)
    assert roofs["peaks"] == {"float32": 180e9}
    assert roofs["bandwidths"]["memory"] == 20e9


def test_the_json_form_is_read_back(made):
    assert Limits.from_dict(json.loads(json.dumps(made.to_dict()))) == made


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"version": 0}, "it is not of version 2"),
        ({"peaks": 3}, "it is not a record of limits"),
        ({"bandwidths": [[1]]}, "it is not a record of limits"),
        ({"bandwidths": []}, "it is not a record of limits.*0 bandwidths"),
        ({"source": "hearsay"}, "it is not a record of limits.*source 'hearsay'"),
        ({"bandwidths": [[1024, 0]]}, "it is not a record of limits.*0.0 is no rate"),
        ({"peaks": [["float32", None, 1e9, ""]]}, "it is not a record of limits"),
        ({"overhead_s": math.nan}, "it is not a record of limits.*nan is no rate"),
        ({"machine": {"processor": None}}, "it is not a record of limits.*None is not text"),
        ({"bandwidths": [[float("inf"), 1]]}, "it is not a record of limits.*OverflowError"),
        ({"peaks": [["float32", 1, -1, ""]]}, "it is not a record of limits.*-1.0 is no rate"),
        ({"peaks": [["float32", 1, 1e9]]}, "it is not a record of limits.*not enough values"),
        ({"peaks": [["float32", 1, 1e9, 3]]}, "it is not a record of limits.*3 is not text"),
        ({"when": None}, "it is not a record of limits.*None is not text"),
        ({"device": None}, "it is not a record of limits.*None is not text"),
        ({"machine": None}, "it is not a record of limits.*has no attribute"),
        ({"left_out": None}, "it is not a record of limits.*has no attribute"),
        ({"overhead_s": None}, "it is not a record of limits.*NoneType"),
    ],
)
def test_another_form_is_refused(made, changed, reason):
    with pytest.raises(ValueError, match=reason):
        Limits.from_dict({**made.to_dict(), **changed})
    with pytest.raises(ValueError, match="it is not of version 2"):
        Limits.from_dict([])
    with pytest.raises(ValueError, match="it is not a record of limits"):
        Limits.from_dict({"version": 2})


def test_the_table_has_units(made):
    table = made.table()["limit"]
    assert table["float32, 1 thread"] == "100 GFLOP/s (3x3 convolution)"
    assert table["float32, 2 threads"] == "180 GFLOP/s"
    assert table["int8"] == "left out: not implemented here"
    assert table["copy, 16 KiB"] == "400.0 GB/s"
    assert table["one layer"] == "1.00 µs"
