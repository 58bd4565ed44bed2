"""A planted notebook under a real `pytest --nbval`: what must pass does, what must fail does."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.book import planted, sample
from tests.book.drift import drift
from tools.notebook_form import setup_source

BARS, OTHER_BARS = sample.picture(40, 80, 60), sample.picture(90, 10, 5)
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
        "other picture": (shows(OTHER_BARS), "passed"),
        "garbage": (shows("iVBORw0KGgo="), "picture 1 of 1: cannot be read"),
        "larger picture": (shows(sample.picture(40, 80, 60, size=(300, 160))), "its size is"),
        "no picture": (without_picture(shows(BARS)), "stored outputs are display_data"),
        "stripped picture, no count": (stripped(shows(BARS)), "it was never run"),
        "other picture in HTML": (shows_html(OTHER_BARS), "passed"),
        "garbage in HTML": (shows_html("iVBORw0KGgo="), "cannot be read"),
        "ignored text": (ignoring_output(prints("a", "b")), "passed"),
        "ignored, stripped": (ignoring_output(stripped(prints("a", "b"))), "are none"),
        "ignored, garbage": (ignoring_output(shows("iVBORw0KGgo=")), "cannot be read"),
        "ignored, no picture": (
            ignoring_output(without_picture(shows(BARS))),
            "stored outputs are",
        ),
        "silenced by ;": (new_code_cell("[1];"), "passed"),
        "empty folder": (ran("import os\nprint(os.listdir())", "[]\n"), "passed"),
        "error": (new_code_cell("1 / 0"), "Cell execution caused"),
    }


def strict_cells():
    """Return the same for a page with reproducible arithmetic."""
    return {
        "same text": (prints("ok  0.97×", "ok  0.97×"), "passed"),
        "another number": (prints("138,357,544", "138,357,545"), "Cell outputs differ"),
        "another ratio": (prints("0.97× of it", "1.20× of it"), "Cell outputs differ"),
        "about another": (prints("≈95", "≈96"), "Cell outputs differ"),
        "same picture": (shows(BARS), "passed"),
        "other picture": (shows(OTHER_BARS), "picture 1 of 1: another figure"),
        "other picture in HTML": (shows_html(OTHER_BARS), "picture 1 of 1: another figure"),
        "garbage": (shows("iVBORw0KGgo="), "picture 1 of 1: cannot be read"),
    }


def other_versions_cells():
    """Return the same for such a page that was stored with another numpy."""
    return {
        "another number": (prints("138,357,544", "138,357,545"), "passed"),
        "other picture": (shows(OTHER_BARS), "passed"),
        "garbage": (shows("iVBORw0KGgo="), "picture 1 of 1: cannot be read"),
        "no picture": (without_picture(shows(BARS)), "stored outputs are display_data"),
        "stripped, no count": (stripped(prints("x", "x")), "it was never run"),
    }


def set_up(stored, fresh):
    """Return a cell that prints the versions that a set-up cell would."""
    line = "torch {} · numpy {} · the same bits"
    cell = prints(line.format("2.14.1+cpu", stored), line.format("2.14.1", fresh))
    cell.source += f"  # {setup_source('models/sample', reproducible=True).splitlines()[-1]}"
    return cell


PAGES = {
    "fast": (cells(), None),
    "strict": (strict_cells(), set_up("2.4.6", "2.4.6")),
    "other versions": (other_versions_cells(), set_up("2.3.0", "2.4.6")),
}
PLANTED = [(page, name) for page, (cells, _) in PAGES.items() for name in cells]


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """Run each page of planted cells as one notebook, with one kernel; return what was printed."""

    def run(name):
        cells, first = PAGES[name]
        path = tmp_path_factory.mktemp("planted") / "planted.ipynb"
        planted_cells = [first] * bool(first) + [cell for cell, _ in cells.values()]
        page = sample.ran(new_notebook(cells=planted_cells))
        for name, cell in zip(reversed(cells), reversed(page.cells), strict=False):
            if "no count" in name:
                cell.execution_count = None
        nbformat.write(page, path)
        return planted.run_pytest("--nbval", path)

    return {name: run(name) for name in PAGES}


@pytest.mark.slow
@pytest.mark.parametrize(("page", "name"), PLANTED)
def test_planted_cell(printed, page, name):
    cells, first = PAGES[page]
    outcomes = planted.outcomes_in(printed[page])
    if first:
        assert outcomes.pop(0) == "passed", "the set-up cell"
    assert cells[name][1] in dict(zip(cells, outcomes, strict=True))[name]


@pytest.mark.slow
def test_a_page_that_is_compared_by_kind_alone_is_named(printed):
    line = "compared by kind alone, since versions are not those stored: planted.ipynb"
    assert [page for page in PAGES if line in printed[page]] == ["other versions"]


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
