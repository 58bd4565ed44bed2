import json
from pathlib import Path

import pytest

from lsdl_helpers.data import results

STORED = sorted(Path(results.__file__).parent.glob("*.json"))
EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_results_come_with_settings_and_the_script_that_made_them(path):
    assert results.load(path.stem) == json.loads(path.read_text())
    assert "settings" in results.load(path.stem)
    assert (EXPERIMENTS / path.name).with_suffix(".py").exists()


def test_what_is_written_is_loaded(monkeypatch, tmp_path):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    stored = {"settings": {"rate": 0.1}, "note": "µ"}
    results.write(tmp_path / "ours.json", stored)
    assert results.load("ours") == stored


def test_an_unknown_name_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"no stored results 'nonsense'; there are \["):
        results.load("nonsense")
