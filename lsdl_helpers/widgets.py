"""Interactive figures: sliders over pre-drawn frames for a static page, or over a live kernel."""

import base64
import io
import itertools
import json
import math
import numbers
from collections.abc import Callable, Sequence
from html import escape
from types import ModuleType
from typing import Any

from IPython.display import HTML
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

MAX_FRAMES = 16

_Draw = Callable[..., tuple[Figure, str]]

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
const {result, ...picture} = data.frames[k];
Object.assign(box.querySelector('img'), picture);
box.querySelector('output').textContent = result;
"""

# The columns do not depend on the label, else the slider would move under the reader's finger.
_ROW = (
    "display: grid; grid-template-columns: minmax(0, 20em) minmax(40%, 1fr); gap: 0 0.75em; "
    "align-items: center; overflow-wrap: anywhere"
)
_WIDEST = "min(100%, 33rem)"  # where the letters of a figure are as large as text

# ipywidgets leaves the handle of a slider without a name, and tells nobody of a new result.
_NAME_PARTS = """
const box = this.closest('.lsdl-live');
box.querySelectorAll('[role=slider]').forEach(handle => {
  const label = handle.closest('.widget-slider').querySelector('.widget-label');
  handle.setAttribute('aria-label', label.textContent);
});
box.querySelector('.lsdl-result').setAttribute('role', 'status');
"""


def explore(
    fn: _Draw,
    *,
    live: bool = False,
    titles: dict[str, str] | None = None,
    **choices: Sequence[Any],
) -> Any:
    """Draw a figure for every combination of choices, with a slider for each of them.

    Below the figure stands its result in a sentence, which a screen reader says when it changes.

    Works on the static site, in Jupyter and in Colab, without a kernel and without a script
    from elsewhere.

    Args:
        fn: takes one value of each choice by name; returns a figure, drawn at its own
            resolution, and the sentence that says its result.
        live: draw with a running kernel instead, when a value is chosen. Numbers then stand
            for everything between the smallest and the largest of them: whole numbers if all
            are, else floats. Nothing of it is stored for the static site.
        titles: what stands at a slider, by the name of its choice, in words; the name if it has
            no title.
        **choices: the values of each slider, in order, the first one shown first; as their
            ``str``.

    Returns:
        ``IPython.display.HTML``, or with ``live`` an ``ipywidgets.VBox``; either shows itself
        as the last line of a cell.

    Raises:
        ValueError: for no choice, an empty one, or, unless live, more than 16 combinations;
            for a title of what is no choice.
        ModuleNotFoundError: for ``live`` without ipywidgets.

    >>> from matplotlib import pyplot as plt
    >>> explore(lambda dpi: (plt.figure(dpi=dpi), f"{dpi} dots an inch"), dpi=[50, 100])
    <IPython.core.display.HTML object>
    """
    num_frames = math.prod(map(len, choices.values())) if choices else 0
    if num_frames < 1 or (num_frames > MAX_FRAMES and not live):
        sizes = ", ".join(f"{name}: {len(values)}" for name, values in choices.items())
        raise ValueError(f"{num_frames} frames ({sizes}); allowed: 1 to {MAX_FRAMES}")
    if unknown := set(titles or ()) - set(choices):
        given, allowed = ", ".join(map(repr, sorted(unknown))), ", ".join(map(repr, choices))
        raise ValueError(f"titles of {given}; allowed: of {allowed}")
    named = {name: name.replace("_", " ").capitalize() for name in choices} | (titles or {})
    return (_live if live else _static)(fn, choices, named)


def _static(fn: _Draw, choices: dict[str, Sequence[Any]], titles: dict[str, str]) -> HTML:
    frames = [
        _draw(fn, dict(zip(choices, values, strict=True)), titles)
        for values in itertools.product(*choices.values())
    ]
    labels = [[str(value) for value in values] for values in choices.values()]
    data = escape(json.dumps({"labels": labels, "frames": frames}))
    sliders = "".join(map(_slider, titles.values(), labels))
    return HTML(
        f'<div class="lsdl-explorer" data-explorer="{data}" style="max-width: 33rem; '
        f'text-align: left">{sliders}{_picture(frames[0])}'
        '<output aria-live="polite" style="display: block; overflow-wrap: anywhere">'
        f"{escape(frames[0]['result'])}</output></div>"
    )


def _draw(fn: _Draw, values: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """Return one frame: the attributes of its ``<img>`` and its result.

    The figure is closed even after an error.
    """
    before = set(plt.get_fignums())
    file = io.BytesIO()
    try:
        figure, result = fn(**values)
        figure.savefig(file, format="png")
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
    picture = Image.open(file).convert("RGB")
    width, height = picture.size
    source = "data:image/webp;base64," + base64.b64encode(_smallest(picture)).decode()
    alt = "; ".join(f"{titles[name]}: {value}" for name, value in values.items())
    return {"src": source, "alt": alt, "width": width, "height": height, "result": result}


def _smallest(picture: Image.Image) -> bytes:
    """Return a picture as WebP: 64 colors are enough for a drawing, but not for a photograph."""
    few = picture.quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).convert("RGB")
    return min(_webp(few, lossless=True), _webp(picture, quality=60), key=len)


def _webp(picture: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, "webp", **options)
    return file.getvalue()


def _picture(frame: dict[str, Any], **more: str) -> str:
    shown = {key: value for key, value in frame.items() if key != "result"} | more
    attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in shown.items())
    return f'<img{attributes} style="max-width: {_WIDEST}; height: auto">'


def _slider(title: str, labels: list[str]) -> str:
    """Return one slider with its title and value.

    A browser that comes back to the page starts it anew, and JupyterLab leaves it its arrow keys.
    """
    return (
        f'<label style="{_ROW}"><span style="grid-column: 1 / -1">{escape(title)}</span>'
        f'<input type="range" min="0" max="{len(labels) - 1}" value="0" '
        'autocomplete="off" data-lm-suppress-shortcuts="true" '
        f'aria-valuetext="{escape(labels[0])}" oninput="{escape(_MOVE)}" '
        'style="min-width: 0; height: 2em">'
        f'<b aria-hidden="true">{escape(labels[0])}</b></label>'
    )


def _live(fn: _Draw, choices: dict[str, Sequence[Any]], titles: dict[str, str]) -> Any:
    widgets = _ipywidgets()
    controls = {name: _control(widgets, titles[name], values) for name, values in choices.items()}

    def draw() -> None:
        frame = _draw(fn, {name: control.value for name, control in controls.items()}, titles)
        picture.value, result.value = _picture(frame, onload=_NAME_PARTS), escape(frame["result"])

    def redraw(change: Any) -> None:
        messages.clear_output()
        with messages:  # shows what fn prints, and the traceback of an error
            try:
                draw()
            except Exception:
                picture.value = result.value = ""
                raise

    picture, result, messages = widgets.HTML(), widgets.HTML(), widgets.Output()
    result.add_class("lsdl-result")
    draw()
    for control in controls.values():
        control.observe(redraw, "value")
    box = widgets.VBox([*controls.values(), picture, result, messages])
    return box.add_class("lsdl-live")


def _ipywidgets() -> ModuleType:
    try:
        import ipywidgets
    except ModuleNotFoundError:
        message = "explore(live=True) needs ipywidgets; to get it: pip install ipywidgets"
        raise ModuleNotFoundError(message, name="ipywidgets") from None
    return ipywidgets


def _control(widgets: ModuleType, title: str, values: Sequence[Any]) -> Any:
    """Return a slider over the range of numbers, or a selection for anything else."""
    options = {"description": title, "style": {"description_width": "initial"}}
    options |= {"layout": {"width": _WIDEST}}
    if any(isinstance(v, bool) or not isinstance(v, numbers.Real) for v in values):
        return widgets.Dropdown(options=[(str(v), v) for v in values], value=values[0], **options)
    low, high = min(values), max(values)
    if all(isinstance(v, numbers.Integral) for v in values):
        return widgets.IntSlider(int(values[0]), int(low), int(high), **options)
    low, high = float(low), float(high)
    step = 10.0 ** math.floor(math.log10((high - low) / 100 or 1))
    return widgets.FloatSlider(
        float(values[0]), min=low, max=high, step=step, readout_format=".4g", **options
    )
