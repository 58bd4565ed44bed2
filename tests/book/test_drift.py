"""A planted notebook under a real `pytest --nbval`: what must pass does, what must fail does."""

import nbformat
import planted
import pytest
import sample
from drift import drift
from nbformat.v4 import new_code_cell, new_output

BARS, NOISY_BARS = sample.picture(40, 80, 60), sample.picture(45, 70, 65)
OTHER_BARS = sample.picture(90, 10, 5)
SHOW = "from IPython.display import HTML, Image, display\nimport base64\n"


def ran(source, printed):
    return new_code_cell(source, outputs=[new_output("stream", text=printed)])


def prints(stored, fresh):
    """Return a cell that prints `fresh` and has `stored` as its output."""
    return ran(f"print({fresh!r})", f"{stored}\n")


def shows(stored, fresh=BARS):
    """Return a cell that shows the picture `fresh` and has the picture `stored`."""
    output = new_output("display_data", {"image/png": stored, "text/plain": PLAIN})
    return new_code_cell(f"{SHOW}display(Image(base64.b64decode({fresh!r})))", outputs=[output])


PLAIN = "<IPython.core.display.Image object>"


def shows_html(stored, fresh=BARS):
    page = '<img src="data:image/png;base64,{}">'
    data = {"text/html": page.format(stored), "text/plain": "<IPython.core.display.HTML object>"}
    source = f"{SHOW}display(HTML({page.format(fresh)!r}))"
    return new_code_cell(source, outputs=[new_output("display_data", data)])


def stripped(cell):
    cell.outputs = []
    return cell


def without_picture(cell):
    del cell.outputs[0].data["image/png"]
    return cell


def ignoring_output(cell):
    cell.metadata.tags = ["nbval-ignore-output"]
    return cell


def cells():
    """Return name -> (cell, what a run must say of it); "no count" loses its execution count."""
    return {
        "same text": (prints("ok", "ok"), "passed"),
        "another number": (prints("138,357,544", "138,357,545"), "Cell outputs differ"),
        "another time": (prints("took 312 ms", "took 1.04 s"), "passed"),
        "another ratio": (prints("0.97× of it", "1.20× of it"), "passed"),
        "another word": (prints("took 312 ms", "needs 312 ms"), "Cell outputs differ"),
        "stripped": (stripped(prints("x", "x")), "Cell outputs differ"),
        "stripped, no count": (stripped(prints("x", "x")), "it was never run"),
        "silent, no count": (new_code_cell("x = 1"), "it was never run"),
        "text, no count": (prints("x", "x"), "Unrun reference cell"),
        "same picture": (shows(BARS), "passed"),
        "noisy picture": (shows(NOISY_BARS), "passed"),
        "other picture": (shows(OTHER_BARS), "picture 1 of 1: another figure"),
        "garbage": (shows("iVBORw0KGgo="), "picture 1 of 1: cannot be read"),
        "empty picture": (shows(sample.blank()), "picture 1 of 1: another figure"),
        "larger picture": (shows(sample.picture(40, 80, 60, size=(300, 160))), "its size is"),
        "no picture": (without_picture(shows(BARS)), "stored outputs are display_data"),
        "stripped picture, no count": (stripped(shows(BARS)), "it was never run"),
        "noisy picture in HTML": (shows_html(NOISY_BARS), "passed"),
        "other picture in HTML": (shows_html(OTHER_BARS), "another figure"),
        "ignored text": (ignoring_output(prints("a", "b")), "passed"),
        "ignored, stripped": (ignoring_output(stripped(prints("a", "b"))), "are none"),
        "ignored, other picture": (ignoring_output(shows(OTHER_BARS)), "another figure"),
        "ignored, no picture": (
            ignoring_output(without_picture(shows(BARS))),
            "stored outputs are",
        ),
        "silenced by ;": (new_code_cell("[1];"), "passed"),
        "empty folder": (ran("import os\nprint(os.listdir())", "[]\n"), "passed"),
        "error": (new_code_cell("1 / 0"), "Cell execution caused"),
    }


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Run all planted cells as one notebook, with one kernel."""
    path = tmp_path_factory.mktemp("planted") / "planted.ipynb"
    page = sample.numbered([cell for cell, _ in cells().values()])
    for name, cell in zip(cells(), page.cells, strict=True):
        if "no count" in name:
            cell.execution_count = None
    nbformat.write(page, path)
    return dict(zip(cells(), planted.run_notebook(path), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", cells())
def test_planted_cell(outcomes, name):
    assert cells()[name][1] in outcomes[name]


def test_a_result_differs_from_a_display():
    shown = new_output("display_data", {"text/plain": "1"})
    cell = new_code_cell("1", execution_count=1, outputs=[shown])
    result = new_output("execute_result", {"text/plain": "1"}, execution_count=1)
    assert "fresh ones execute_result (text/plain)" in drift(cell, [result])[0]
    assert not drift(cell, [shown])


def test_how_often_an_ignored_cell_puts_out_may_vary():
    once, twice = ([new_output("display_data", {"text/plain": "1"})] * n for n in (1, 2))
    cell = new_code_cell("f()", execution_count=1, outputs=once)
    assert drift(cell, twice)
    assert not drift(cell, twice, ignores_output=True)
