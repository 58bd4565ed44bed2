"""Explorers: a slider a choice over pre-drawn frames, on a page that runs nothing."""

import base64
import io
import itertools
import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from IPython.display import HTML
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

MOST_FRAMES = 16

# Stands in the page's own HTML, since some notebook viewers keep scripts apart from it.
_MOVE = """
const box = this.closest('.lsdl-explorer'), data = JSON.parse(box.dataset.explorer);
let k = 0;
box.querySelectorAll('input').forEach((slider, i) => {
  const label = data.labels[i][slider.value];
  k = k * data.labels[i].length + Number(slider.value);
  slider.setAttribute('aria-valuetext', label);
  slider.nextElementSibling.textContent = label;
});
Object.assign(box.querySelector('img'), data.frames[k]);
"""


def explore(fn: Callable[..., tuple[Figure, str]], **choices: Sequence[Any]) -> HTML:
    """Draw a figure for every combination of choices, with a slider for each of them.

    Works on the static site, in Jupyter and in Colab, without a kernel and without a script
    from elsewhere.

    Args:
        fn: takes one value of each choice by name; returns a figure and the sentence that
            tells a reader who cannot see it what it shows.
        **choices: the values of each slider, in order; shown as their ``str``.

    Raises:
        ValueError: for no choice, an empty one, or more than 16 combinations.

    >>> explore(lambda degree: draw_fit(degree), degree=[1, 2, 3])
    <IPython.core.display.HTML object>
    """
    number = len(list(itertools.product(*choices.values()))) if choices else 0
    if not 1 <= number <= MOST_FRAMES:
        sizes = ", ".join(f"{name}: {len(values)}" for name, values in choices.items())
        raise ValueError(f"{number} frames ({sizes}); allowed: 1 to {MOST_FRAMES}")
    frames = [
        _draw(fn, dict(zip(choices, values, strict=True)))
        for values in itertools.product(*choices.values())
    ]
    labels = [[str(value) for value in values] for values in choices.values()]
    data = escape(json.dumps({"labels": labels, "frames": frames}))
    sliders = "".join(map(_slider, choices, labels))
    picture = "".join(f' {key}="{escape(str(value))}"' for key, value in frames[0].items())
    return HTML(
        f'<div class="lsdl-explorer" data-explorer="{data}">{sliders}'
        f'<img{picture} style="max-width: 100%; height: auto"></div>'
    )


def _draw(fn: Callable[..., tuple[Figure, str]], values: dict[str, Any]) -> dict[str, Any]:
    """Return one frame as the attributes of its ``<img>``."""
    figure, alt = fn(**values)
    file = io.BytesIO()
    figure.savefig(file, format="webp", dpi=100, pil_kwargs={"quality": 80, "method": 6})
    plt.close(figure)
    width, height = Image.open(file).size
    source = "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()
    return {"src": source, "alt": alt, "width": width, "height": height}


def _slider(name: str, labels: list[str]) -> str:
    return (
        '<label style="display: flex; gap: 0.75em; align-items: center">'
        f'<span style="min-width: 6em">{escape(name.replace("_", " "))}</span>'
        f'<input type="range" min="0" max="{len(labels) - 1}" value="0" '
        f'aria-valuetext="{escape(labels[0])}" oninput="{escape(_MOVE)}" '
        'style="flex: 1; max-width: 20em">'
        f"<b>{escape(labels[0])}</b></label>"
    )
