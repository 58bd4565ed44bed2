"""The tool that writes, executes and stores notebooks: what it stores keeps the rules."""

import copy
import json

import nbformat
import pytest
from jupytext.cli import jupytext
from nbformat.v4 import new_notebook

from tests.book import claim_style, sample, stored
from tests.book.page import findings, read
from tests.book.planted_book import ADDRESS, plant, plant_package, tool
from tools.chapter import REMEMBER
from tools.notebook_form import (
    METADATA,
    chapter_of,
    is_solutions,
    make_canonical,
    notebooks_in_order,
    setup_source,
    write_exercises,
    write_setup,
)

TRUE = ("os.path.exists('.')", "Out[3] == 42")
UNTRUE = ("b[0] == 2 * a + 1", "all(x < 3 for x in b)", "c > 1")
HOME = "os.environ['LSDL_HOME'] == 'mine'"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run the tool once: a good notebook, one that fails, one that never ends, an untrue one."""
    folder = tmp_path_factory.mktemp("book") / "models"
    plant_package(folder)
    used = "import os\nfrom lsdl_helpers.labs import check\nprint(os.listdir())"
    good = plant(
        folder, "good", used, "6 * 7", HOME, claims=("os.path.exists('.')", "Out[3] == 42")
    )
    bad = plant(folder, "bad", "x = 1", 'raise KeyError("planted")')
    endless = plant(folder, "endless", "while True: pass")
    untrue = plant(folder, "untrue", used, "a, b = 1, [2, 3]", claims=("a > 0", *UNTRUE))
    both = plant(folder, "untrue_and_bad", "a = 1", claims=("a > 2",))  # it imports no `check`
    failing = (bad, endless, untrue, both)
    before = [path.read_text() for path in failing]
    done = tool("-m", "tools.notebooks", "--limit", "2", good, *failing, cwd=folder)
    unchanged = before == [path.read_text() for path in failing]
    return done, read(good), unchanged, sorted(p.name for p in folder.iterdir())


@pytest.mark.slow
def test_what_ran_is_stored_with_outputs_and_in_canonical_form(run):
    _, good, _, _ = run
    assert not findings(good, (*stored.RULES, *claim_style.RULES))
    assert "- 15 minutes" in good.notebook.cells[0].source
    assert good.notebook.cells[1].source == setup_source("models/good", reproducible=True)
    assert good.notebook.cells[1].outputs[0].text == "set up models/good\n"
    assert good.notebook.cells[3].outputs[0].data["text/plain"] == "42"


@pytest.mark.slow
def test_the_exercises_of_the_lab_are_written_between_text_and_sources(run):
    text, stub, sources = run[1].notebook.cells[5:]
    assert text.source.startswith("Last.\n\n## Exercises\n\n:::{exercise} One\n:label: good-1\n")
    assert "\n\nHow many? [Solution](../solutions/models/good.ipynb#exercise-1)\n:::" in text.source
    assert stub.source == 'answer = ...\ncheck("models/good/1", answer)'
    assert stub.outputs[0].text == "models/good/1 Ellipsis\n"
    assert sources.source == "## Sources"


@pytest.mark.slow
def test_claims_stay_and_leave_no_trace(run):
    text, stub, _ = run[1].notebook.cells[5:]
    assert text.metadata == {"claims": [*TRUE], "tags": ["explain"]}
    assert stub.execution_count == 5


@pytest.mark.slow
def test_claims_that_are_not_true_are_all_listed_with_their_operands(run):
    """And the notebook is not stored, as test_what_failed… finds."""
    said = run[0].stderr.partition("untrue.ipynb")[2]
    assert said.splitlines()[:9] == [
        " was not stored:",
        "    the text claims what is not true:",
        "    cell 5: b[0] == 2 * a + 1 is false",
        "        b[0] is 2",
        "        2 * a + 1 is 3",
        "    cell 5: all(x < 3 for x in b) is false",
        "        b is [2, 3]",
        "    cell 5: c > 1 raises NameError: name 'c' is not defined",
        "        c is NameError: name 'c' is not defined",
    ]


@pytest.mark.slow
def test_what_failed_says_which_claims_were_not_true_by_then(run):
    said = run[0].stderr.partition("untrue_and_bad.ipynb")[2]
    assert said.startswith(" was not stored, cell 5:")
    assert said.endswith("    untrue until then:\n    cell 4: a > 2 is false\n        a is 1\n")


@pytest.mark.slow
def test_the_record_has_what_was_stored_alone(run):
    record = json.loads((run[1].path.parents[1] / "runs.json").read_text())
    assert record["pages"].keys() == {"models/good"}
    page = record["pages"]["models/good"]
    assert page["seconds"] > 0
    assert page["peak_mb"] > 10
    assert page["versions"].keys() == {"python", "torch", "numpy"}
    assert page["quantities"] == []


@pytest.mark.slow
def test_it_runs_in_an_empty_folder(run):
    assert run[1].notebook.cells[2].outputs[0].text == "[]\n"


@pytest.mark.slow
def test_it_writes_nothing_into_the_developers_folder(run):
    assert run[1].notebook.cells[4].outputs[0].data["text/plain"] == "False"


@pytest.mark.slow
def test_what_failed_is_named_and_left_as_it_was(run):
    done, _, unchanged, files = run
    assert done.returncode == 1
    assert unchanged
    names = ("bad", "endless", "good", "untrue", "untrue_and_bad")
    assert files == sorted(["lsdl_helpers", *(f"{name}.ipynb" for name in names)])
    assert "WARNING" not in done.stderr
    assert "bad.ipynb was not stored, cell 4" in done.stderr
    assert "KeyError: 'planted'" in done.stderr
    assert "endless.ipynb was not stored, cell 3" in done.stderr
    assert "4 of 5 failed" in done.stdout


@pytest.mark.slow
def test_it_prints_seconds_memory_and_size(run):
    line = run[0].stdout.splitlines()[0].split()
    assert line[1::2] == ["s", "MB", "kB"]
    assert float(line[2]) > 10, "a kernel alone takes tens of megabytes"


@pytest.mark.parametrize("address", ["", ADDRESS])
def test_the_setup_cell(address):
    source = setup_source("models/vgg", address)
    assert source.startswith("try:\n    from lsdl_helpers import setup\nexcept ImportError:\n")
    assert source.endswith('\nledger = setup("models/vgg")')
    assert (f'"lsdl_helpers @ git+{ADDRESS}"' in source) == bool(address)
    assert ("pip install -e ." in source) != bool(address)


def test_a_notebook_without_setup_cell_is_refused():
    with pytest.raises(ValueError, match=r"no set-up cell: give the notebook a code cell"):
        write_setup(new_notebook(), "models/vgg")


@pytest.mark.parametrize("page", [sample.chapter(), sample.solutions()], ids=["page", "solutions"])
def test_written_again_exercises_stay_as_they_are(page):
    """Cells keep ids, outputs and metadata; more and fewer exercises find their place."""
    for cell in page.notebook.cells:
        cell.metadata.tags = ["kept"]
    before = copy.deepcopy(page.notebook)
    lab = sample.LAB_OF_SAMPLE.EXERCISES
    write_exercises(page.notebook, page.path, lab)
    assert page.notebook == before
    if not is_solutions(page.path):
        for exercises in (lab * 2, lab[:1], lab):
            write_exercises(page.notebook, page.path, exercises)
        assert [c.source for c in page.notebook.cells] == [c.source for c in before.cells]


@pytest.mark.parametrize("path", [sample.CHAPTER, sample.SOLUTIONS])
def test_chapter_and_solutions_share_their_name(path):
    assert chapter_of(path) == "models/sample"
    assert is_solutions(path) == ("solutions" in str(path))


def test_the_order_is_that_of_the_table_of_contents(tmp_path):
    toc = {"root": "index", "parts": [{"chapters": [{"file": "b"}, {"file": "a"}, {"file": "c"}]}]}
    (tmp_path / "_toc.yml").write_text(json.dumps(toc))
    for name in ("a.ipynb", "b.ipynb", "c.md"):
        (tmp_path / name).touch()
    assert [path.name for path in notebooks_in_order(tmp_path)] == ["b.ipynb", "a.ipynb"]


def test_editing_as_text_keeps_ids_tags_claims_figures_and_outputs(tmp_path):
    """The round trip that CONTRIBUTING.md describes."""
    page, text = sample.chapter(), tmp_path / "text" / "sample.md"
    claims = ['ledger["products"].ratio == 1', "len('a b: c') < 9 and m < k"]
    page.notebook.cells[10].metadata = {"tags": ["explain"], "claims": claims}
    nbformat.write(page.notebook, stored := tmp_path / "sample.ipynb")
    text.parent.mkdir()
    jupytext(["--quiet", "-o", str(text), "--to", "md:myst", str(stored)])
    text.write_text(text.read_text().replace("The inequality", "The one inequality"))
    jupytext(["--quiet", "-o", str(stored), "--to", "ipynb", "--update", str(text)])
    edited = nbformat.read(stored, as_version=4)
    assert '"claims": ["ledger' in text.read_text()
    make_canonical(edited)
    assert edited.cells[13].source == REMEMBER.replace("The ineq", "The one ineq")
    edited.cells[13].source = REMEMBER
    assert edited == page.notebook


def test_canonical_form_keeps_what_the_site_reads():
    page = sample.chapter()
    figure = page.notebook.cells[12].metadata
    page.notebook.metadata["jupytext"] = {"formats": "ipynb,md"}
    page.notebook.cells[12].metadata["execution"] = {"iopub.status.busy": "now"}
    make_canonical(page.notebook)
    assert page.notebook == sample.chapter().notebook
    assert page.notebook.cells[12].metadata.keys() == figure.keys() - {"execution"}
    assert page.notebook.metadata == METADATA
