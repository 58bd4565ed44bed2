"""The lab report: what stands in its two files."""

import json
from html.parser import HTMLParser

import pytest

from lsdl_helpers.ledger import Ledger


@pytest.fixture
def ledger():
    ledger = Ledger("models/vgg", machine="Python 3 · <cpu>")
    ledger.predict("time & <size>", 2.0, unit="ms", why='bytes "over" <b>', guess=5)
    ledger.measure("time & <size>", 3.0, (2.9, 3.1))
    ledger.predict("later", 12)
    ledger.predict("nothing", 0)
    ledger.measure("nothing", 0)
    return ledger


class Reader(HTMLParser):
    """Reads an HTML page as a browser would: its tags, its texts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data)


@pytest.mark.parametrize("name", ["report", "report.html", "report.json"])
def test_each_name_stands_for_both_files(ledger, tmp_path, name):
    expected = (tmp_path / "report.html", tmp_path / "report.json")
    assert ledger.export(tmp_path / name) == expected
    assert sorted(tmp_path.iterdir()) == list(expected)


@pytest.mark.parametrize("name", ["report.pdf", "v1.2"])
def test_another_ending_is_refused(ledger, tmp_path, name):
    with pytest.raises(ValueError, match=r"is '\.(pdf|2)'; allowed: \.html, \.json"):
        ledger.export(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_earlier_report_is_replaced(ledger, tmp_path):
    ledger.export(tmp_path / "report")
    ledger.measure("later", 24)
    _, as_json = ledger.export(str(tmp_path / "report"))
    assert json.loads(as_json.read_text())["entries"][1]["ratio"] == 2.0


def test_a_folder_that_is_missing_is_an_error(ledger, tmp_path):
    with pytest.raises(FileNotFoundError):
        ledger.export(tmp_path / "missing" / "report")


def test_the_json_is_what_a_program_needs(ledger, tmp_path):
    report = json.loads(ledger.export(tmp_path / "report")[1].read_text())
    assert report.keys() == {"format", "chapter", "id", "started", "machine", "entries"}
    assert (report["format"], report["chapter"]) == (2, "models/vgg")
    assert report["machine"] == "Python 3 · <cpu>"
    time, later, nothing = report["entries"]
    assert time == {
        "name": "time & <size>", "predicted": 2.0, "unit": "ms", "why": 'bytes "over" <b>',
        "guess": 5, "kind": "formula", "choices": [], "measured": 3.0,
        "interval": [2.9, 3.1], "quantity": "", "ratio": 1.5,
    }  # fmt: skip
    assert (later["measured"], later["ratio"], nothing["ratio"]) == (None, None, "nan")


def test_the_page_says_everything_and_escapes_it(ledger, tmp_path):
    reader = Reader(ledger.export(tmp_path / "report")[0].read_text(encoding="utf-8"))
    assert "Lab report: models/vgg" in reader.texts
    assert "Python 3 · <cpu>" in reader.texts
    start = reader.texts.index("time & <size>")
    interval = "2.90 ms to 3.10 ms, prediction outside"
    cells = ["5 ms", "2.00 ms", "3.00 ms", interval, "1.50×", 'bytes "over" <b>', "later", "12"]
    assert reader.texts[start + 1 : start + 9] == cells
    assert reader.texts[reader.texts.index("quantity") :][:7] == [
        "quantity", "guess", "predicted", "measured", "interval", "ratio", "why",
    ]  # fmt: skip


def test_the_page_stands_alone_in_light_and_dark(ledger, tmp_path):
    text = ledger.export(tmp_path / "report")[0].read_text(encoding="utf-8")
    reader = Reader(text)
    assert ("html", {"lang": "en"}) in reader.tags
    assert "color-scheme: light dark" in text
    attributes = {name for _, given in reader.tags for name in given}
    assert not attributes & {"src", "href"}
    assert "script" not in dict(reader.tags)


def test_what_nobody_guessed_is_no_guess(ledger, tmp_path):
    report = json.loads(ledger.export(tmp_path / "report")[1].read_text())
    assert [entry["guess"] for entry in report["entries"]] == [5, None, None]


def test_an_empty_page_is_a_report_too(tmp_path):
    as_html, as_json = Ledger("models/vgg").export(tmp_path / "report")
    assert "machine unknown" in as_html.read_text(encoding="utf-8")
    assert json.loads(as_json.read_text())["entries"] == []
