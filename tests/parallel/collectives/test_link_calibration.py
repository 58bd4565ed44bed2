import pytest

from lsdl_helpers.measure import Limits, limits
from lsdl_helpers.measure.calibration_file import read_calibration, save_calibration
from lsdl_helpers.parallel.collectives import Link, calibrate_parallel, link_calibration


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.setenv("LSDL_HOME", str(tmp_path))


def test_latency_and_bandwidth_join_the_limits(monkeypatch):
    monkeypatch.setattr(link_calibration, "ROUNDS", 2)
    made = Limits(
        {("float32", 1): 1e11}, ((2**14, 4e11),), 1e-6, "calibrated", "2026-01-02", "cpu", {}
    )
    save_calibration("cpu", made.to_dict())
    link = calibrate_parallel(num_ranks=2)
    assert link.latency_s >= 0
    assert link.seconds_per_byte >= 0
    stored = limits(device="cpu").parallel
    assert Link(stored["latency_s"], stored["seconds_per_byte"]) == link
    assert (stored["num_ranks"], stored["backend"]) == (2, "gloo")


def test_the_slowest_rank_decides(monkeypatch):
    true = Link(1e-4, 1e-9)
    slow = [true.all_reduce_s(size, 3) for size in link_calibration.SIZES]
    fast = [t / 2 for t in slow]
    monkeypatch.setattr(link_calibration, "launch", lambda *_, **__: [fast, slow, fast])
    link = calibrate_parallel(num_ranks=3)
    assert link.latency_s == pytest.approx(1e-4)
    assert read_calibration()["parallel"]["seconds_per_byte"] == pytest.approx(1e-9)


def test_one_rank_has_nobody_to_talk_to():
    with pytest.raises(ValueError, match="num_ranks is 1; it takes two"):
        calibrate_parallel(num_ranks=1)
