import pytest

from lsdl_helpers.cpu import LADDER, LadderTimes, NoCompiler, compile_kernels, ladder, ladder_times
from lsdl_helpers.data import results


def test_all_rungs_are_timed_where_the_processor_has_them():
    try:
        available = compile_kernels().available
    except NoCompiler as error:
        pytest.skip(str(error))
    times = ladder_times("cache", 1, seconds=0)
    assert list(times.seconds) == list(LADDER)
    assert (times.source == "measured here") == (set(available) == set(LADDER))
    assert min(times.seconds.values()) > 0


def test_without_a_compiler_the_recorded_times_are_given_with_the_reason(monkeypatch):
    def fails():
        raise NoCompiler("no C compiler")

    monkeypatch.setattr(ladder, "compile_kernels", fails)
    stored = results.load("int8")
    for level in ladder.LEVELS:
        for batch in (1, 4, 8):
            times = ladder_times(level, batch)
            assert times.seconds == stored["ladder"][level][str(batch)]
            assert list(times.seconds) == list(LADDER)
            assert times.source.startswith("recorded on ")
            assert times.source.endswith(": no C compiler")
    with pytest.raises(ValueError, match="batch 2 is not recorded, only 1, 4, 8"):
        ladder_times("memory", 2)


def test_a_compiler_whose_library_does_not_load_gives_the_record(monkeypatch):
    monkeypatch.setattr(ladder, "compile_kernels", lambda: compile_kernels(["true"]))
    assert "true gives no library that loads" in ladder_times("cache", 8).source


def test_a_processor_without_a_rung_gets_the_record(monkeypatch):
    class Old:
        available = tuple(LADDER)[:-1]

    monkeypatch.setattr(ladder, "compile_kernels", Old)
    assert ladder_times("cache", 8).source.endswith("this processor lacks VNNI int8")


def test_another_level_is_an_error():
    with pytest.raises(ValueError, match="level='disk'; allowed: cache, memory"):
        ladder_times("disk", 1)


def test_a_gain_is_a_ratio_of_times():
    times = LadderTimes({"SSE float": 6.0, "VNNI int8": 2.0}, "measured here")
    assert times.speedup("VNNI int8") == 3.0
    assert times.speedup("SSE float", baseline="VNNI int8") == pytest.approx(1 / 3)
