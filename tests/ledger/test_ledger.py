from fractions import Fraction

import numpy as np
import pytest
import torch

from lsdl_helpers.ledger import Ledger


@pytest.fixture
def ledger():
    return Ledger("models/vgg")


def test_a_measurement_needs_a_prediction(ledger):
    ledger.predict("time", 2.0, unit="ms")
    with pytest.raises(ValueError, match="predict 'size' before you measure it; predicted: 'time'"):
        ledger.measure("size", 3)


def test_only_numbers_are_entered(ledger):
    with pytest.raises(ValueError, match="the guess of 'time' is '2'; it must be a number"):
        ledger.predict("time", 2.0, guess="2")
    with pytest.raises(ValueError, match="the prediction of 'time' is None"):
        ledger.predict("time", None)
    ledger.predict("time", 2.0)
    with pytest.raises(ValueError, match="the measurement of 'time' is None"):
        ledger.measure("time", None)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(12), 12),
        (np.array([3.5]), 3.5),
        (torch.tensor(2.5, requires_grad=True), 2.5),
        (torch.tensor([7]), 7),
        (Fraction(1, 4), 0.25),
    ],
)
def test_scalars_of_all_kinds_become_plain_numbers(ledger, value, plain):
    ledger.predict("time", value, guess=value)
    entry = ledger.measure("time", value)
    for number in (entry.predicted, entry.guess, entry.measured):
        assert (type(number), number) == (type(plain), plain)


@pytest.mark.parametrize(
    "value",
    [
        1j,
        "3",
        np.complex64(1),
        np.str_("3"),
        torch.ones(2),
        np.ones(2),
        torch.ones((), device="meta"),
    ],
)
def test_what_is_no_real_number_is_refused(ledger, value):
    ledger.predict("time", 2.0)
    with pytest.raises(ValueError, match=r"the measurement of 'time' is .* must be a number"):
        ledger.measure("time", value)
    assert ledger.table().loc["time", "measured"] == ""


@pytest.mark.parametrize(
    "value", [256 ** (64 * 64), 10**400, -(10**400), Fraction(10**400)], ids=type
)
def test_a_number_too_large_is_refused_and_the_others_stay(ledger, value, tmp_path):
    ledger.predict("time", 2)
    reason = r"of 'time' is too large; at most 1.8e\+308 is allowed, enter its logarithm"
    for enter in (ledger.measure, ledger.predict):
        with pytest.raises(ValueError, match=reason):
            enter("time", value)
    assert ledger.measure("time", 3).ratio == 1.5
    assert ledger.table().loc["time", "predicted"] == "2"
    ledger.export(tmp_path / "report")


@pytest.mark.parametrize(("kind", "given"), [
    ("name", {"name": 5}), ("unit", {"unit": torch.ones(1)}), ("why", {"why": object()}),
    ("name", {"name": "caf\udce9"}),  # half of a character
])  # fmt: skip
def test_what_cannot_be_written_is_refused(ledger, kind, given, tmp_path):
    with pytest.raises(ValueError, match=f"the {kind} is .* it must be text"):
        ledger.predict(**{"name": "time", "value": 2} | given)
    assert ledger.table().empty
    ledger.predict("time", 2)
    ledger.export(tmp_path / "report")


def test_a_ratio_needs_a_measurement(ledger):
    with pytest.raises(ValueError, match="'time' has not been measured yet"):
        _ = ledger.predict("time", 2.0).ratio


def test_predicting_again_forgets_the_measurement(ledger):
    ledger.predict("time", 2.0)
    ledger.measure("time", 3.0)
    assert ledger.predict("time", 4.0).measured is None


def test_the_table_keeps_guess_prediction_and_measurement(ledger):
    ledger.predict("time", 2.0, unit="ms", guess=5.0)
    ledger.predict("count", 12)
    ledger.measure("time", 3.0)
    table = ledger.table()
    assert table.loc["time"].tolist() == ["5.00 ms", "2.00 ms", "3.00 ms", "1.50×"]
    assert table.loc["count"].tolist() == ["", "12", "", ""]


def test_an_entry_says_why_until_it_is_measured(ledger):
    entry = ledger.predict("time", 2.0, unit="ms", why="bytes over bandwidth")
    assert repr(entry) == "time: predicted 2.00 ms (bytes over bandwidth)"
    ledger.measure("time", 3.0)
    assert repr(entry) == "time: predicted 2.00 ms, measured 3.00 ms, ratio 1.50×"
