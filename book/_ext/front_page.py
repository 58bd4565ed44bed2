"""What the front page needs beside its contents: how to install, by whom, and its one title."""

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

CITATION = "CITATION.cff"


class Install(SphinxDirective):
    """The commands that bring the notebooks to a machine; without an address, from the folder."""

    def run(self) -> list[nodes.Node]:
        address = self.config.html_theme_options["repository_url"]
        lines = ["make lab"]
        if address:
            lines = [f"git clone {address}", f"cd {address.rsplit('/', 1)[1]}", *lines]
        text = "\n".join(lines)
        return [nodes.literal_block(text, text, language="text")]


class Citation(SphinxDirective):
    """Who wrote the course, which version this is, and its licenses, from CITATION.cff."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir, CITATION)
        self.env.note_dependency(str(path))
        cited = yaml.safe_load(path.read_text("utf-8"))
        authors = ", ".join(author["name"] for author in cited["authors"])
        year = cited["date-released"].year
        rest = nodes.Text(f". Version {cited['version']}, {year}, by {authors}.")
        return [nodes.paragraph("", "", nodes.emphasis(text=cited["title"]), rest)]


def tag_address(app: Sphinx, config: Config) -> None:
    """Let the page say `{only} has_address`, or `on_github`, of what only such a site has."""
    options = config.html_theme_options
    for tag, known in (("has_address", "repository_url"), ("on_github", "launch_buttons")):
        if options[known]:
            app.tags.add(tag)


def title_once(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Name the front page once: Sphinx adds the name of the course, which is its title."""
    if pagename == app.config.root_doc:
        context["docstitle"] = ""


def set_up_front_page(app: Sphinx) -> None:
    """Offer the directives, and connect the steps above; the links to the repository are set."""
    app.add_directive("install", Install)
    app.add_directive("citation", Citation)
    app.connect("config-inited", tag_address)
    app.connect("html-page-context", title_once)
