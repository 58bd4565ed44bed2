"""Write a new chapter, its solutions and its exercises, and list it in _toc.yml.

    python -m tools.chapter dynamic/faces

What it writes passes every check as it stands, and says in each place what belongs there.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.notebook_form import ROOT, setup_source

OPENING = """\
# {title}

What does this chapter find out? Write down its question, in two or three sentences.

**You will be able to**

1. do what the first section teaches;
2. do what the second section teaches.

**Before you start**

- You know what [VGG](../models/vgg.ipynb) explains. Link the chapters on which yours builds.
- It takes 30 minutes: words / 130, 2 for each prediction and 5 for each exercise.
- Hardware: none beyond a laptop."""
ASK = """\
## First section

One section for each outcome. It begins with a question, and the reader guesses the answer."""
DERIVE = "Derive the formula here; nothing above says what comes out. Then predict by it."
PREDICT = """\
m, k, n = 2, 3, 4
ledger.predict("products", m * k * n, why="m · k · n", guess=guess)"""
MEASURE = """\
products = [(row, column, inner) for row in range(m)
            for column in range(n) for inner in range(k)]
ledger.measure("products", len(products))"""
DRAW = """\
plt.bar(["predicted", "measured"], [m * k * n, len(products)])
plt.ylabel("multiply-adds")
plt.show()"""
SURPRISE = "Say in one sentence what surprised you: the front page quotes it."
EXPLAIN = f"{SURPRISE} Then say why. A miss is explained by what the page measures."
SECOND = """\
## Second section

A figure stands alone in its cell, with caption, name and alternative text in its metadata."""
REMEMBER = "## What to remember\n\nThe inequality or rule that decides, and where it loses."
SOURCES = "## Sources\n\nPapers that the text cites, data, and other people's code."
SOLUTIONS = """\
# Solutions: {title}

Try first: the checks in [the chapter](../../{chapter}.ipynb) say what is wrong with an answer, \
which teaches more than a right one read here."""
SOLVED = "## Exercise\n\nOne way to the answer, and why it is right."
ANSWERS = ("answer = 2 * 3 * 4", "answer = 3 + 1", "answer = lambda m, k, n: m * k * n")

NEXT = """
Written: both notebooks, lsdl_helpers/labs/{chapter}.py, and their lines in _toc.yml.
Next: the exercises in the lab; the text and code of the page and of the solutions; then
  .venv/bin/python -m tools.notebooks book/{chapter}.ipynb book/solutions/{chapter}.ipynb
  .venv/bin/python -m pytest tests/book tests/labs -k {stem}"""
LAB = '''\
"""Exercises of the chapter {chapter}.

Three to six. At least half ask to decide, to find a fault or to explain a miss. The sentence of a
question that ends in "?" or begins with "Write" is what the cell of the exercise prints.
"""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

EXERCISES = (
    Exercise(
        title="A decision",
        question="Tell what is given, here 2, 3 and 4. What is their product?",
        hint="the first step, not the result",
        judge=Number(
            24,
            {{
                9: "say what those forget who arrive at 9: the numbers are multiplied",
                6: "the 4 counts, too",
                12: "the 2 counts, too",
            }},
            tolerance=1e-3,
        ),
        remark="What is there to learn from the right answer?",
    ),
    Exercise(
        title="A fault",
        question="Somebody counts 3 fence posts for 3 gaps. How many are there?",
        hint="where does a fence end?",
        judge=Number(
            4,
            {{
                3: "a fence begins and ends with a post",
                2: "there are more posts than gaps",
                6: "neighboring gaps share a post",
            }},
        ),
        remark="One more than gaps.",
    ),
    Exercise(
        title="A function",
        question="Write a function that takes m, k and n and returns their product.",
        hint="a judge of functions lists its wrong answers apart",
        judge=Function(
            "m, k and n",
            Cases([((2, 3, 4), 24, "all three are factors"), ((2, 3, 0), 0, "n may be 0")]),
        ),
        remark="Any three numbers will do.",
        wrong=(
            (lambda m, k, n: m * k, "all three are factors"),
            (lambda m, k, n: m + k + n, "all three are factors"),
            (lambda m, k, n: m * k * n or 1, "n may be 0"),
        ),
    ),
)
'''


def chapter_page(chapter: str) -> nbformat.NotebookNode:
    """Return the notebook of a new chapter, without its exercises."""
    stem = chapter.split("/")[1]
    figure = {"caption": "Predicted and measured.", "name": f"fig-{stem.replace('_', '-')}"}
    image = {"alt": "Two bars of the same height"}
    cells = [
        new_markdown_cell(OPENING.format(title=title(chapter))),
        new_code_cell(setup_source(chapter, reproducible=True)),
        new_markdown_cell("What the page uses, in one cell:"),
        new_code_cell("import matplotlib.pyplot as plt\n\nfrom lsdl_helpers.labs import check"),
        new_markdown_cell(ASK),
        new_code_cell("guess = None    # yours"),
        new_markdown_cell(DERIVE),
        new_code_cell(PREDICT),
        new_markdown_cell("Now count, or ask the clock."),
        new_code_cell(MEASURE, metadata={"tags": ["hide-output"]}),
        new_markdown_cell(EXPLAIN, metadata={"tags": ["explain"], "surprise": SURPRISE}),
        new_markdown_cell(SECOND),
        new_code_cell(DRAW, metadata={"mystnb": {"figure": figure, "image": image}}),
        new_markdown_cell(REMEMBER),
        new_markdown_cell("## Exercises"),
        new_markdown_cell(SOURCES),
    ]
    return new_notebook(cells=cells)


def solutions_page(chapter: str) -> nbformat.NotebookNode:
    """Return the notebook of its solutions, without the questions."""
    cells = [
        new_markdown_cell(SOLUTIONS.format(title=title(chapter), chapter=chapter)),
        new_code_cell(setup_source(chapter, reproducible=True)),
        new_markdown_cell("What the solutions use:"),
        new_code_cell("from lsdl_helpers.labs import check"),
    ]
    for k, answer in enumerate(ANSWERS, start=1):
        cells.append(new_markdown_cell(SOLVED))
        cells.append(new_code_cell(f'{answer}\ncheck("{chapter}/{k}", answer)'))
    return new_notebook(cells=cells)


def title(chapter: str) -> str:
    """Return the title of a new chapter.

    >>> title("dynamic/early_exits")
    'Early exits'
    """
    return chapter.split("/")[1].replace("_", " ").capitalize()


def with_chapter(toc: str, chapter: str) -> str:
    """List a chapter and its solutions in the table of contents, last in its part.

    Raises:
        ValueError: if no chapter of its part is listed.

    >>> print(with_chapter("- file: book/a/x\\n- file: book/solutions/a/x\\n", "a/y"), end="")
    - file: book/a/x
    - file: book/a/y
      title: Y
    - file: book/solutions/a/x
    - file: book/solutions/a/y
    """
    part = chapter.split("/")[0]
    for folder, keys in (("book", f"  title: {title(chapter)}\n"), ("book/solutions", "")):
        entry = rf"^( *)- file: {folder}/{part}/.*\n(?:\1  .*\n)*"
        listed = list(re.finditer(entry, toc, re.MULTILINE))
        if not listed:
            parts = sorted(set(re.findall(r"- file: book/solutions/(\w+)/", toc)))
            raise ValueError(f"no part is called {part!r}; there are {', '.join(parts)}")
        end, indent = listed[-1].end(), listed[-1][1]
        added = f"{indent}- file: {folder}/{chapter}\n" + (keys and f"{indent}{keys}")
        toc = toc[:end] + added + toc[end:]
    return toc


def write_chapter(chapter: str, root: Path = ROOT) -> list[Path]:
    """Write the three files of a new chapter; return the two that are notebooks.

    Raises:
        ValueError: for a name that is none, a part that does not exist, a chapter that does.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*", chapter):
        allowed = "part/chapter of lower-case letters, digits and _, e.g. NAME=dynamic/faces"
        raise ValueError(f"the name is {chapter!r}; allowed: {allowed}")
    toc = (root / "_toc.yml").read_text(encoding="utf-8")
    listed = with_chapter(toc, chapter)
    pages = {
        root / "book" / f"{chapter}.ipynb": chapter_page(chapter),
        root / "book" / "solutions" / f"{chapter}.ipynb": solutions_page(chapter),
    }
    lab = root / "lsdl_helpers" / "labs" / f"{chapter}.py"
    for path in (*pages, lab):
        if path.exists():
            raise ValueError(f"{path.relative_to(root)} exists; allowed: the name of a new chapter")
    lab.write_text(LAB.format(chapter=chapter), encoding="utf-8")
    for path, notebook in pages.items():
        nbformat.write(notebook, path)
    (root / "_toc.yml").write_text(listed, encoding="utf-8")
    return list(pages)


def main() -> int:
    from tools.notebooks import LIMIT_S, refresh_all

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", default="", help="part and chapter: dynamic/faces")
    name = parser.parse_args().name
    try:
        pages = write_chapter(name)
    except ValueError as error:
        parser.error(str(error))
    if refresh_all(pages, LIMIT_S):
        return 1
    print(NEXT.format(chapter=name, stem=name.split("/")[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
