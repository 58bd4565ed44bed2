"""Every figure that the front page states, counted again."""

from pathlib import Path

import torch

from lsdl_helpers.measure import cost
from lsdl_helpers.models import build

BOOK = Path(__file__).parents[2] / "book"


def giga(name: str) -> float:
    """Return the multiply-adds of a network for one picture, in billions."""
    with torch.device("meta"):
        return cost(build(name), (1, 3, 224, 224)).multiply_adds / 1e9


def test_figures_of_the_front_page():
    a, e = giga("vgg11"), giga("vgg19")
    text = " ".join((BOOK / "index.md").read_text("utf-8").split())
    assert f"{e / a:.2f} times the" in text
    assert f"{e:.2f} against {a:.2f} billion" in text
    drawing = (BOOK / "_assets" / "vgg_line.svg").read_text("utf-8")
    assert f">{a:.2f}<" in drawing
    assert f">{e:.2f}<" in drawing
