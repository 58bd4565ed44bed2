import numpy as np
import pytest
from scipy import optimize

from lsdl_helpers.large import PowerLaw, fit_power_law

SIZES = np.array([600, 2400, 9400, 38_000, 150_000])


@pytest.mark.parametrize("law", [PowerLaw(3000, 0.5), PowerLaw(3000, 0.8, 0.13)])
def test_a_law_is_recovered(law):
    fitted = fit_power_law(SIZES, [law.predict(size) for size in SIZES])
    assert fitted.exponent == pytest.approx(law.exponent, rel=0.01)
    assert fitted.floor == pytest.approx(law.floor, abs=0.002)
    assert fitted.predict(600_000) == pytest.approx(law.predict(600_000), rel=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_the_fit_is_the_least_squares_of_the_logarithms(seed):
    noise = np.random.default_rng(seed).normal(0, 0.03, len(SIZES))
    losses = (0.13 + (3000 / SIZES) ** 0.7) * np.exp(noise)

    def residuals(numbers):
        log_scale, exponent, floor = numbers
        return np.log((floor + (np.exp(log_scale) / SIZES) ** exponent) / losses)

    best = optimize.least_squares(residuals, [8, 0.7, 0.1], bounds=([0, 0, 0], [20, 3, 1]))
    ours = fit_power_law(SIZES, losses)
    at_ours = residuals([np.log(ours.scale), ours.exponent, ours.floor])
    assert np.square(at_ours).sum() < 2 * best.cost * 1.01 + 1e-6
    assert ours.floor == pytest.approx(best.x[2], abs=0.005)


def test_a_pure_law_is_a_line_in_logarithms():
    losses = np.array([2.3, 1.1, 0.6, 0.2, 0.15])
    slope, intercept = np.polyfit(np.log(SIZES), np.log(losses), 1)
    law = fit_power_law(SIZES, losses, floor=False)
    assert law.floor == 0
    assert law.exponent == pytest.approx(-slope)
    assert law.predict(10) == pytest.approx(np.exp(intercept + slope * np.log(10)))


@pytest.mark.parametrize(("sizes", "losses", "options", "message"), [
    ([1, 2], [2, 1], {}, "at least 3 different sizes"),
    ([1, 1], [2, 1], {"floor": False}, "at least 2 different sizes"),
    ([1, 2, 3], [3, 2], {}, r"shape \(3,\) and losses of shape \(2,\)"),
    ([1, 2, 3], [3, 2, 0], {}, "must be above 0"),
    ([0, 2, 3], [3, 2, 1], {}, "must be above 0"),
])  # fmt: skip
def test_a_mistake_is_named(sizes, losses, options, message):
    with pytest.raises(ValueError, match=message):
        fit_power_law(sizes, losses, **options)
