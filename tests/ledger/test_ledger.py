import json
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
    assert ledger["time"].measured is None


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
    assert ledger["time"].predicted == 2
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


def test_there_is_no_ratio_before_the_measurement(ledger):
    ledger.predict("time", 2.0)
    assert ledger["time"].ratio is None


def test_predicting_again_forgets_the_measurement(ledger):
    ledger.predict("time", 2.0)
    ledger.measure("time", 3.0)
    ledger.predict("time", 4.0)
    assert ledger["time"].measured is None


def test_every_prediction_shows_itself_with_its_reason(ledger, capsys):
    ledger.predict("time", 2.0, unit="ms", why="bytes over bandwidth")
    ledger.predict("count", 12)
    expected = "time: predicted 2.00 ms (bytes over bandwidth)\ncount: predicted 12\n"
    assert capsys.readouterr().out == expected
    ledger.measure("time", 3.0)
    assert repr(ledger["time"]) == "time: predicted 2.00 ms, measured 3.00 ms, ratio 1.50×"


def test_in_a_notebook_each_prediction_is_an_output_with_its_numbers(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    try:
        with capture_output() as captured:
            shell.run_cell(
                "from lsdl_helpers.ledger import Ledger\nledger = Ledger('models/vgg')\n"
                "ledger.predict('time', 2.0, unit='ms')\nledger.predict('count', 12)"
            )
    finally:
        InteractiveShell.clear_instance()
    time, count = captured.outputs
    assert time.data == {"text/plain": "time: predicted 2.00 ms"}
    (entry,) = time.metadata["lsdl"]
    assert (entry["name"], entry["predicted"], entry["measured"]) == ("time", 2.0, None)
    assert count.metadata["lsdl"][0]["name"] == "count"


@pytest.mark.parametrize("kind", ["baseline", "bound", "cited"])
def test_only_a_formula_gets_a_ratio(ledger, kind):
    ledger.predict("time", 2.0, kind=kind)
    entry = ledger.measure("time", 3.0)
    assert entry.ratio is None
    assert repr(entry) == f"time: {kind} 2.00, measured 3.00"


def test_another_kind_is_refused(ledger):
    with pytest.raises(ValueError, match="kind is 'guess'; allowed: 'formula', 'baseline', 'bo"):
        ledger.predict("time", 2.0, kind="guess")


def test_among_choices_all_three_are_texts(ledger, tmp_path):
    choices = ("A", "C")
    with pytest.raises(ValueError, match="the guess of 'worst' is 'B'; allowed: 'A', 'C'"):
        ledger.predict("worst", "A", choices=choices, guess="B")
    ledger.predict("worst", "A", choices=choices, guess="C")
    with pytest.raises(ValueError, match="the measurement of 'worst' is 3; allowed: 'A', 'C'"):
        ledger.measure("worst", 3)
    entry = ledger.measure("worst", "C")
    assert entry.ratio is None
    assert repr(entry) == "worst: guess C, predicted A, measured C"
    report = json.loads(ledger.export(tmp_path / "report")[1].read_text())
    assert report["entries"][0]["guess"] == "C"


@pytest.mark.parametrize(
    ("kind", "interval", "said"),
    [
        ("formula", (2.9, 3.1), " (2.90 ms to 3.10 ms, prediction outside), ratio 1.50×"),
        ("formula", (1.5, 3.1), " (1.50 ms to 3.10 ms, prediction inside), ratio 1.50×"),
        ("bound", (1.5, 3.1), " (1.50 ms to 3.10 ms)"),
    ],
)
def test_an_interval_says_whether_it_holds_the_prediction(ledger, kind, interval, said):
    ledger.predict("time", 2.0, unit="ms", kind=kind)
    shown = repr(ledger.measure("time", 3.0, interval))
    assert shown.endswith(f"measured 3.00 ms{said}")


@pytest.mark.parametrize("interval", [3.0, (1, 2, 3), ("low", "high"), (3.1, 2.9)])
def test_an_interval_is_two_numbers_in_order(ledger, interval):
    ledger.predict("time", 2.0)
    with pytest.raises(ValueError, match="the interval of 'time' is"):
        ledger.measure("time", 3.0, interval)
    assert ledger["time"].measured is None


def test_the_table_holds_numbers_and_shows_text(ledger):
    ledger.predict("time", 2.0, unit="ms", guess=5.0)
    ledger.predict("count", 12, kind="baseline")
    ledger.measure("time", 3.0, (2.5, 3.5))
    table = ledger.table()
    assert table.loc["time"].tolist() == [5.0, 2.0, 3.0, 2.5, 3.5, 1.5]
    assert table["ratio"].isna().tolist() == [False, True]
    assert repr(table.loc["time", "ratio"] * 2) == "np.float64(3.0)"
    assert repr(table).split("\n") == [
        "         guess      predicted measured                                interval  ratio",
        "time   5.00 ms        2.00 ms  3.00 ms  2.50 ms to 3.50 ms, prediction outside  1.50×",
        "count           12 (baseline)                                                        ",
    ]
    assert "12 (baseline)" in table._repr_html_()


def test_a_table_of_some_begins_with_their_prefix(ledger):
    for name in ("forward, A", "forward, B", "backward"):
        ledger.predict(name, 2.0)
    assert list(ledger.table("forward").index) == ["forward, A", "forward, B"]
    with pytest.raises(ValueError, match="no name begins with 'time'; predicted: 'forward, A'"):
        ledger.table("time")


def test_the_table_carries_its_entries_for_the_page(ledger):
    ledger.predict("nothing", 0)
    ledger.measure("nothing", 0, quantity="zero")
    data, metadata = ledger.table()._repr_mimebundle_()
    assert data.keys() == {"text/plain", "text/html"}
    (entry,) = metadata["lsdl"]
    assert (entry["ratio"], entry["quantity"]) == ("nan", "zero")
    json.dumps(metadata, allow_nan=False)
