"""Results of experiments that take minutes, stored with their settings by ``experiments/``."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    """Return what ``experiments/<name>.py`` has stored: its settings and its results.

    Raises:
        ValueError: for a name without stored results.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name not in names:
        raise ValueError(f"there are no stored results {name!r}; there are {names}")
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def write(path: Path, stored: dict[str, Any]) -> None:
    """Store settings and results of an experiment."""
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
