"""What the front page says of the chapters, read from them: the directive `course-contents`.

A row has a chapter's number, title, question and minutes, and the sentence on what surprised
its authors, which the chapter marks with the metadata key `surprise` of a text cell. The role
`num-chapters` gives how many chapters are written, or planned.
"""

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

from tools.notebook_form import is_solutions
from tools.page_size import stated_minutes

SENTENCE = re.compile(r"[^.?!]*(?:[.?!](?!\s|$)[^.?!]*)*[.?!](?=\s|$)")


class Chapter(NamedTuple):
    """What the front page says of a chapter; question and surprise are MyST."""

    file: str  # from the root of the book, without its ending
    title: str
    question: str
    minutes: int | None
    surprise: str

    @property
    def name(self) -> str:
        """The title before the colon, as people say it."""
        return self.title.partition(":")[0]


def parts(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of the table of contents with their chapters, in the lecture's order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text("utf-8"))
    for part in toc.get("parts", []):
        files = [entry["file"] for entry in part["chapters"] if "file" in entry]
        chapters = [file for file in files if is_chapter(root / f"{file}.ipynb")]
        if chapters:
            yield part["caption"], chapters


def is_chapter(path: Path) -> bool:
    """Tell whether a page is a notebook, and not of solutions."""
    return path.exists() and not is_solutions(path)


def read_chapter(root: Path, file: str) -> Chapter:
    """Return what the front page says of a chapter.

    Raises:
        ValueError: if the chapter asks nothing, or marks no surprise.
    """
    notebook = nbformat.read(root / f"{file}.ipynb", as_version=4)
    title, text = re.search(r"(?m)^# (.+)\n+((?:.|\n)*)", notebook.cells[0].source).groups()
    asked = [s.strip() for s in SENTENCE.findall(text.split("\n**")[0]) if s.endswith("?")]
    surprises = [c.metadata.surprise for c in notebook.cells if "surprise" in c.metadata]
    if not asked or len(surprises) != 1:
        found = f"{len(asked)} questions, {len(surprises)} cells with the metadata surprise"
        raise ValueError(f"{file}: {found}; a chapter asks at its top, and marks one surprise")
    return Chapter(file, title, " ".join(asked), stated_minutes(notebook), surprises[0])


class CourseContents(SphinxDirective):
    """The chapters by part, a list item each."""

    def run(self) -> list[nodes.Node]:
        root, first, sections = Path(self.env.srcdir), 1, []
        for caption, files in parts(root):
            section = nodes.section(ids=[nodes.make_id(f"part {caption}")], classes=["part"])
            section += nodes.title(text=caption)
            listed = nodes.enumerated_list(start=first, enumtype="arabic", classes=["course"])
            listed += [self.row(read_chapter(root, file)) for file in files]
            section += listed
            sections.append(section)
            first += len(files)
        return sections

    def row(self, chapter: Chapter) -> nodes.list_item:
        """Return a chapter's item; what surprised is folded, so that it spoils no guess."""
        row = nodes.container(classes=["chapter"])
        row += self.parsed(f"[{chapter.title}](/{chapter.file}.ipynb)", "chapter-title")
        row += self.parsed(chapter.question, "question")
        row += nodes.paragraph(text=f"{chapter.minutes} minutes", classes=["minutes"])
        head = f"What surprised us<span> in {escape(chapter.name)}</span>"
        row += nodes.raw("", f"<details><summary>{head}</summary>", format="html")
        row += self.parsed(chapter.surprise, "surprise")
        row += nodes.raw("", "</details>", format="html")
        return nodes.list_item("", row)

    def parsed(self, text: str, kind: str) -> list[nodes.Node]:
        """Return a paragraph of MyST, with a class of its own."""
        within = nodes.Element()
        self.state.nested_parse(StringList([text], self.env.docname), 0, within)
        within[0]["classes"].append(kind)
        return within.children


class NumChapters(SphinxRole):
    """How many chapters are `written`, by the table of contents, or `planned`, by _config.yml."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        written = sum(len(files) for _, files in parts(Path(self.env.srcdir)))
        known = {"written": written, "planned": self.config.lsdl_planned_chapters}
        if self.text not in known:
            report = self.inliner.reporter.error
            return [], [report(f"num-chapters: {self.text!r}; allowed: {', '.join(known)}")]
        return [nodes.Text(str(known[self.text]))], []


def set_up_contents(app: Sphinx) -> None:
    """Offer the directive and the role."""
    app.add_config_value("lsdl_planned_chapters", 0, "html")
    app.add_directive("course-contents", CourseContents)
    app.add_role("num-chapters", NumChapters())
