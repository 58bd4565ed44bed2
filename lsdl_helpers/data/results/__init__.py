"""Results of experiments that take minutes, stored with their settings by ``experiments/``."""

import json
from importlib import resources
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Return what ``experiments/<name>.py`` has stored: its settings and its results.

    Raises:
        ValueError: for a name without stored results.
    """
    folder = resources.files(__name__)
    names = [entry.name for entry in folder.iterdir()]
    known = sorted(n.removesuffix(".json") for n in names if n.endswith(".json"))
    if name not in known:
        raise ValueError(f"there are no stored results {name!r}; there are {known}")
    return json.loads(folder.joinpath(f"{name}.json").read_text("utf-8"))
