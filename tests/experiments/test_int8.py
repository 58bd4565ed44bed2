import pytest

from experiments import int8
from lsdl_helpers.data import results


@pytest.mark.slow
def test_one_seed_gives_again_what_is_stored():
    stored = results.load("int8")
    seed = stored["settings"]["seeds"][0]
    again, before = int8.one_seed(seed), stored["seeds"][0]
    few = [str(bits) for bits in (4, 5, 6, 7, 8)]  # at 2 and 3 bits it is anybody's guess
    assert [again["wrong"][b] for b in ("float32", *few)] == pytest.approx(
        [before["wrong"][b] for b in ("float32", *few)], abs=1.0
    )
    assert [again["changed"][b] for b in few] == pytest.approx(
        [before["changed"][b] for b in few], abs=0.5
    )


def test_the_record_has_every_seed_and_number_of_bits():
    stored = results.load("int8")
    assert len(stored["seeds"]) == len(stored["settings"]["seeds"]) >= 8
    for one in stored["seeds"]:
        assert list(one["changed"]) == [str(bits) for bits in int8.BITS]
