"""The stored trainings of experiments/permuted_pixels.py: their form, what they say, some again."""

from itertools import pairwise
from statistics import fmean

import pytest
import torch

from experiments import permuted_pixels
from lsdl_helpers.arithmetic import is_x86
from lsdl_helpers.data import results
from lsdl_helpers.large import one_convolution, permute_pixels
from lsdl_helpers.measure import paired_difference

STORED = results.load("permuted_pixels")
SETTINGS, STANDARD = permuted_pixels.SETTINGS, permuted_pixels.STANDARD
CHANGES = [
    {"learning_rate": 0.05}, {"learning_rate": 0.1}, {"learning_rate": 0.4},
    {"num_pictures": 250, "steps": 1200}, {"steps": 1200}, {"num_pictures": 4000, "steps": 1200},
]  # fmt: skip


def errors(network, pixels, num=20, **change):
    """The test errors of one row, those of the first seeds."""
    wanted = {**STANDARD, **change, "network": network, "pixels": pixels}
    (row,) = [r for r in STORED["rows"] if {k: v for k, v in r.items() if k != "test_error"}
              == wanted]  # fmt: skip
    return row["test_error"][:num]


def change(network, pixels, against="plain", **options):
    """What other pixels change in the test error: mean over seeds, and standard error."""
    one, other = (errors(network, which, **options) for which in (pixels, against))
    num = min(len(one), len(other))
    return paired_difference(one[:num], other[:num])


def between(network, other, pixels, **options):
    """How much larger the error of the first network is: mean over seeds, and standard error."""
    one, two = (errors(which, pixels, **options) for which in (network, other))
    num = min(len(one), len(two))
    return paired_difference(one[:num], two[:num])


def is_clear(mean_and_error, times=5):
    mean, error = mean_and_error
    return mean > times * error


def test_the_trainings_are_those_of_the_script():
    assert STORED["settings"] == SETTINGS
    rows = [
        ({**STANDARD, **run, "pixels": pixels}, run.get("seeds", SETTINGS["seeds"]))
        for run in SETTINGS["runs"]
        for pixels in run["pixels"]
    ]
    assert len(rows) == len(STORED["rows"])
    for row, (wanted, num_seeds) in zip(STORED["rows"], rows, strict=True):
        wanted.pop("seeds", None)
        assert row == {**wanted, "test_error": row["test_error"]}
        assert len(row["test_error"]) == num_seeds >= 10
    for name, build in permuted_pixels.NETWORKS.items():
        assert STORED["parameters"][name] == sum(p.numel() for p in build().parameters())


def test_both_networks_have_about_as_many_parameters():
    of = STORED["parameters"]
    assert (of["convolution"], of["dense"]) == (10_410, 10_423)


def test_the_order_of_the_networks_reverses():
    assert is_clear(between("dense", "convolution", "plain"), 10)
    assert is_clear(between("convolution", "dense", "1"), 10)
    assert max(errors("convolution", "plain")) < min(errors("dense", "plain"))
    assert min(errors("convolution", "1")) > max(errors("dense", "1"))
    assert 2 < fmean(errors("convolution", "1")) / fmean(errors("convolution", "plain")) < 2.5


@pytest.mark.parametrize("pixels", permuted_pixels.ALL[1:])
def test_no_permutation_changes_the_dense_network(pixels):
    mean, error = change("dense", pixels)
    assert abs(mean) < 0.3
    assert abs(mean) < 2.5 * error


def test_the_smaller_the_blocks_the_more_the_convolution_loses():
    family = ["plain", "8", "4", "2", "1"]
    for larger, smaller in pairwise(family):
        assert is_clear(change("convolution", smaller, larger), 3)
    mean, error = change("convolution", "mirrored")
    assert abs(mean) < 2 * error, "neighbors stay neighbors"
    mean, error = change("convolution", "shifted")
    assert 5 * error < mean < 1, "but where the borders met: they cut the digit into four"
    for pixels in ("mirrored", "shifted", "8", "4"):
        assert is_clear(between("dense", "convolution", pixels))
    for pixels in ("2", "1"):
        assert is_clear(between("convolution", "dense", pixels))


@pytest.mark.parametrize(("network", "pixels"), [("dense", "1"), ("convolution", "mirrored")])
def test_weights_that_move_with_the_pixels_give_the_same_network(network, pixels):
    moved, plain = errors(f"{network}, moved weights", pixels), errors(network, "plain", 10)
    assert moved == pytest.approx(plain, abs=0.5), "sums in another order"
    assert abs(fmean(moved) - fmean(plain)) < 0.1


def test_the_mirrored_convolution_answers_mirrored_pictures_as_the_other_the_pictures():
    torch.manual_seed(0)
    network = one_convolution()
    torch.manual_seed(0)
    other = permuted_pixels.mirrored_convolution()
    pictures, mirror = torch.rand(5, 1, 16, 16), permuted_pixels.permutation_of("mirrored", 0)
    torch.testing.assert_close(network(pictures), other(permute_pixels(pictures, mirror)))
    assert permute_pixels(pictures, mirror).equal(pictures.flip(3))


def test_the_shift_keeps_neighbors_across_the_border():
    pictures, shift = torch.rand(5, 1, 16, 16), permuted_pixels.permutation_of("shifted", 0)
    assert permute_pixels(pictures, shift).equal(pictures.roll((8, 8), (2, 3)))


@pytest.mark.parametrize("network", ["convolution", "dense"])
def test_trained_on_plain_and_tested_on_permuted_pictures_it_is_chance(network):
    assert 85 < fmean(errors(network, "plain", tested_on="1")) < 95


def test_each_part_of_the_convolution_has_its_share():
    """Ten seeds; without pooling, or with weights of its own at each position."""
    assert abs(change("wide dense", "1")[0]) < 0.5
    loss = {name: change(name, "1") for name in ("convolution", "no pooling", "unshared")}
    for name in loss:
        assert is_clear(loss[name])
        assert is_clear(between("wide dense", name, "plain"), 3)
        assert is_clear(between(name, "wide dense", "1"))
    assert loss["convolution"][0] > 1.8 * max(loss["no pooling"][0], loss["unshared"][0])
    assert is_clear(between("unshared", "convolution", "plain"), 3), "sharing helps"
    assert is_clear(between("convolution", "unshared", "1")), "and harms"


@pytest.mark.parametrize("changed", CHANGES, ids=str)
def test_the_order_reverses_at_other_rates_steps_and_numbers_of_pictures(changed):
    assert is_clear(between("convolution", "dense", "1", **changed), 3)
    mean, error = between("dense", "convolution", "plain", **changed)
    assert mean > 2 * error
    assert is_clear(change("convolution", "1", **changed))
    assert abs(change("dense", "1", **changed)[0]) < 0.5


def test_what_a_convolution_knows_is_worth_about_four_times_the_pictures():
    few, more = ({"num_pictures": n, "steps": 1200} for n in (1000, 4000))
    assert abs(fmean(errors("dense", "plain", **more)) - fmean(
        errors("convolution", "plain", **few))) < 1  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("network", "pixels"), [("convolution", "1"), ("unshared", "plain")])
def test_a_training_gives_the_stored_error_again(reproducibly, network, pixels):
    options = {**STANDARD, "network": network, "pixels": pixels, "seed": 0}
    again = reproducibly("permuted_pixels", f"permuted_pixels.train(**{options})")
    stored = errors(network, pixels)[0]
    assert again == (stored if is_x86() else pytest.approx(stored, abs=3))
