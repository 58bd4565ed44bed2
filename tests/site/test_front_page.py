"""Every figure that the front page states, counted again."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # importing torch takes longer than 5 s on a small machine


def count(name: str) -> tuple[int, int, int, int]:
    """Return parameters, those of the fully connected layers, multiply-adds, and weight layers."""
    import torch

    from lsdl_helpers.models import build

    with torch.device("meta"):
        model, work = build(name), []
        layers = [m for m in model.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
        for layer in layers:
            layer.register_forward_hook(
                lambda m, _, y: work.append(y.numel() * m.weight[0].numel())
            )
        model(torch.zeros(1, 3, 224, 224))
    full = sum(p.numel() for p in model.classifier.parameters())
    return sum(p.numel() for p in model.parameters()), full, sum(work), len(layers)


def test_figures_of_the_front_page():
    page = (Path(__file__).parents[2] / "book" / "index.md").read_text("utf-8")
    (p_a, full_a, work_a, layers_a), (p_e, full_e, work_e, layers_e) = map(
        count, ("vgg11", "vgg19")
    )
    rows = [
        f"{layers_a} | {layers_e} | {layers_e / layers_a:.2f}",
        f"{p_a:,} | {p_e:,} | {p_e / p_a:.2f}",
        f"{work_a / 1e9:.2f} G | {work_e / 1e9:.2f} G | {work_e / work_a:.2f}",
        f"{full_a / p_a:.0%}".replace("%", " %"),
        f"{full_e / p_e:.0%}".replace("%", " %"),
    ]
    text = " ".join(page.replace("|", " | ").split())
    for figure in rows:
        assert figure in text
    assert full_a == full_e, "both networks have the same three fully connected layers"
