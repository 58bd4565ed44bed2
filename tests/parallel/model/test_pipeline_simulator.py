import itertools

import pytest

from lsdl_helpers.parallel.model.pipeline_simulator import (
    SCHEDULES,
    bubble,
    peak_activations,
    predicted_bubble,
    simulate,
)

# schedule, ranks, micro-batches, chunks
CASES = [
    *itertools.product(["gpipe", "1f1b"], [1, 2, 3, 4, 8], [1, 2, 5, 8], [1]),
    *(("interleaved", p, k * p, v) for p, k, v in itertools.product([1, 2, 4], [1, 2, 3], [2, 3])),
]


@pytest.mark.parametrize("case", CASES)
def test_the_simulated_bubble_is_the_formulas(case):
    _, p, m, v = case
    for forward, backward in [(1, 2), (3, 1)]:
        spans = simulate(*case, forward=forward, backward=backward)
        assert bubble(spans) == pytest.approx(predicted_bubble(p, m, v), abs=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_every_step_is_done_once_after_what_it_needs(case):
    _, p, m, v = case
    spans = simulate(*case, transfer=0.5)
    ends = {span.step: span.end for span in spans}
    assert len(ends) == len(spans) == 2 * p * m * v
    for rank, step, start, _ in spans:
        kind, stage, micro_batch = step
        assert stage % p == rank
        if kind == "B":
            assert start >= ends["F", stage, micro_batch]
        neighbor = (kind, stage - 1 if kind == "F" else stage + 1, micro_batch)
        assert start >= ends.get(neighbor, -0.5) + 0.5
    for rank in range(p):
        own = sorted((s for s in spans if s.rank == rank), key=lambda s: s.start)
        assert all(a.end <= b.start for a, b in itertools.pairwise(own)), "one at a time"


def test_the_peak_of_the_activations():
    assert peak_activations(simulate("gpipe", 4, 8)) == [8, 8, 8, 8]
    assert peak_activations(simulate("1f1b", 4, 8)) == [4, 3, 2, 1]
    assert peak_activations(simulate("interleaved", 4, 8, 2)) == [11, 9, 7, 5]


def test_a_transfer_adds_at_least_the_way_there_and_back():
    for case in [("gpipe", 4, 8, 1), ("1f1b", 4, 8, 1)]:
        fast, slow = (max(s.end for s in simulate(*case, transfer=t)) for t in (0, 0.1))
        assert slow - fast >= 2 * 3 * 0.1 - 1e-9


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (("pipedream", 4, 8), "must be one of gpipe, 1f1b, interleaved"),
        (("gpipe", 0, 8), "0 ranks, 8 micro-batches"),
        (("gpipe", 4, 8, 2), "gpipe with 2 chunks; it takes 1 chunk"),
        (("interleaved", 4, 8, 1), "at least 2 chunks"),
        (("interleaved", 4, 6, 2), "6 micro-batches on 4 ranks"),
    ],
)
def test_what_is_refused(case, message):
    with pytest.raises(ValueError, match=message):
        simulate(*case)


def test_all_schedules_are_tested():
    assert {case[0] for case in CASES} == set(SCHEDULES)
