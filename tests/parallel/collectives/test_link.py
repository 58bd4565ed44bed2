import numpy as np
import pytest

from lsdl_helpers.parallel.collectives import Link, fit_link

SIZES = [1e3, 1e4, 1e5, 1e6]


def test_the_time_of_an_all_reduce_is_that_of_its_messages():
    link = Link(latency_s=3.0, seconds_per_byte=0.5)
    assert link.all_reduce_s(100, num_ranks=1) == 0
    assert link.all_reduce_s(100, num_ranks=2) == 2 * (3 + 0.5 * 50)
    assert link.all_reduce_s(100, num_ranks=4) == 6 * (3 + 0.5 * 25)
    assert link.bytes_per_s == 2
    assert str(Link(93e-6, 0.5e-9)) == "latency 93 µs, then 2.00 GB/s"
    assert str(Link(1e-6, 0.0)) == "latency 1 µs, then inf GB/s"


@pytest.mark.parametrize("num_ranks", [2, 3, 8])
def test_a_fit_finds_the_link_that_made_the_times(num_ranks):
    link = Link(1e-4, 2e-9)
    times = [link.all_reduce_s(size, num_ranks) for size in SIZES]
    fitted = fit_link(SIZES, times, num_ranks)
    assert fitted.latency_s == pytest.approx(1e-4)
    assert fitted.seconds_per_byte == pytest.approx(2e-9)


def test_relative_errors_count_so_small_sizes_do():
    link = Link(1e-4, 2e-9)
    times = [link.all_reduce_s(size, 2) * f for size, f in zip(SIZES, (1, 1, 1, 1.5), strict=True)]
    predicted = [fit_link(SIZES, times, 2).all_reduce_s(size, 2) for size in SIZES]
    assert np.abs(np.array(predicted) / times - 1)[0] < 0.1


def test_neither_part_is_negative():
    assert fit_link([10, 20], [1.0, 3.0], 2).latency_s == 0
    falling = fit_link([10, 20], [3.0, 1.0], 2)
    assert falling.seconds_per_byte == 0
    # one constant for two times: the relative errors t/3 - 1 and t - 1 are the same in square
    assert falling.all_reduce_s(10, 2) == pytest.approx(1.2)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="-1 bytes, 2 ranks"):
        Link(1, 1).all_reduce_s(-1, 2)
    with pytest.raises(ValueError, match="0 ranks"):
        Link(1, 1).all_reduce_s(1, 0)
    for sizes, times, ranks in (([1, 1], [1, 1], 2), ([1, 2], [1, 1], 1), ([1, 2], [1, 0], 2)):
        with pytest.raises(ValueError, match="a fit needs two ranks, two different sizes"):
            fit_link(sizes, times, ranks)
