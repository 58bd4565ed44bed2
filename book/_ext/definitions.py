"""The glossary within reach: a term shows its definition where it is used, and an entry its uses.

Each page carries the first paragraph of the entries that it links to, formulas set, as templates
that terms.js shows on hover, focus and tap. Without the script a term is a link to the glossary.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.environment import BuildEnvironment
from sphinx.util.osutil import relative_uri

from tools.notebook_form import files_in_order

GLOSSARY = "book/glossary"


def note_terms(app: Sphinx, doctree: nodes.document) -> None:
    """Write down the terms to which a page links, and give the first link of each an anchor."""
    places = {}
    for link in list(doctree.findall(pending_xref)):
        if (link["refdomain"], link["reftype"]) == ("std", "term"):
            place = f"use-of-{nodes.make_id(link['reftarget'])}"
            if place not in places.values() and app.env.docname != GLOSSARY:
                places[link["reftarget"]] = place
                anchored = nodes.inline(ids=[place])
                link.replace_self(anchored)
                anchored += link
    noted(app.env)[app.env.docname] = places


def noted(env: BuildEnvironment) -> dict[str, dict[str, str]]:
    """Return for each page its terms and where each is first used."""
    env.lsdl_terms = getattr(env, "lsdl_terms", {})
    return env.lsdl_terms


def forget_terms(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget the terms of a page that is read anew or gone."""
    noted(env).pop(docname, None)


def merge_terms(app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: Any) -> None:
    """Take over what a process has noted that read some of the pages."""
    noted(env).update({name: noted(other)[name] for name in docnames if name in noted(other)})


def entries_used(app: Sphinx, docname: str) -> dict[str, str]:
    """Return the anchors of the entries that a page links to, and where it first does."""
    used = {}
    for term, place in noted(app.env).get(docname, {}).items():
        where = (app.env, docname, app.builder, "term", term, pending_xref(), nodes.inline())
        if link := app.env.get_domain("std").resolve_xref(*where):  # else Sphinx has warned
            used.setdefault(link["refuri"].partition("#")[2], place)
    return used


def list_uses(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Lead from each entry of the glossary back to the pages that use the term.

    The front page does not count, nor do solutions, which use what their chapter has explained.
    """
    if docname != GLOSSARY:
        return
    pages = [file for file in files_in_order(Path(app.srcdir)) if file in noted(app.env)]
    pages = [p for p in pages if p != app.config.root_doc and "/solutions/" not in p]
    uses = {page: entries_used(app, page) for page in pages}
    for item in doctree.findall(nodes.definition_list_item):
        anchors = {i for term in item.findall(nodes.term) for i in term["ids"]}
        links = [
            page_link(app, page, place)
            for page in pages
            for anchor, place in uses[page].items()
            if anchor in anchors
        ]
        if links:
            item[-1] += as_line(links)


def page_link(app: Sphinx, page: str, place: str) -> nodes.reference:
    """Return a link to a place of a page, named for the page up to its colon."""
    address = f"{app.builder.get_relative_uri(GLOSSARY, page)}#{place}"
    title = app.env.titles[page].astext().partition(":")[0]
    return nodes.reference("", "", nodes.inline(text=title), internal=True, refuri=address)


def as_line(links: list[nodes.reference]) -> nodes.paragraph:
    """Return "At work in: VGG · Cost"."""
    line = nodes.paragraph("", "At work in: ", classes=["used-in"])
    for k, link in enumerate(links):
        line += [nodes.Text(" · "), link] if k else [link]
    return line


@cache
def definitions(env: BuildEnvironment, builder: Builder) -> dict[str, nodes.paragraph]:
    """Return the first paragraph of each entry by its anchor."""
    doctree = env.get_and_resolve_doctree(GLOSSARY, builder)
    return {
        anchor: item[-1][0]
        for item in doctree.findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for anchor in term["ids"]
    }


def as_html(builder: Builder, paragraph: nodes.paragraph, pagename: str) -> str:
    """Return a paragraph of the glossary for another page, from where its links lead on."""
    glossary, page = builder.get_target_uri(GLOSSARY), builder.get_target_uri(pagename)
    paragraph = paragraph.deepcopy()
    for part in paragraph.findall(nodes.Element):
        part["ids"] = []  # the page has its own
    for link in paragraph.findall(nodes.reference):
        to = urljoin(glossary, link.get("refuri") or f"#{link.attributes.pop('refid')}")
        path, mark, anchor = to.partition("#")
        link["refuri"] = to if "://" in to else f"{relative_uri(page, path)}{mark}{anchor}"
    return builder.render_partial(paragraph)["fragment"].strip()


def add_definitions(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Put the definitions that a page needs at its end; load the script where it has work."""
    for anchor in entries_used(app, pagename) if doctree else ():
        paragraph = definitions(app.env, app.builder).get(anchor)
        html = as_html(app.builder, paragraph, pagename)
        context["body"] += f'<template id="define-{anchor}">{html}</template>\n'
    if any(mark in context.get("body", "") for mark in ('id="define-', "bibtex-citation")):
        app.add_js_file("terms.js", loading_method="defer")


def read_again(app: Sphinx, env: BuildEnvironment, added: set, changed: set, removed: set) -> list:
    """Have the pages read again that show an entry, where the glossary has changed."""
    return [page for page, terms in noted(env).items() if terms] if GLOSSARY in changed else []


def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have the glossary written at every build: any page may use another term."""
    return [*({GLOSSARY} & env.found_docs)]


def set_up_definitions(app: Sphinx) -> None:
    """Connect the steps above."""
    app.connect("doctree-read", note_terms)
    app.connect("env-purge-doc", forget_terms)
    app.connect("env-merge-info", merge_terms)
    app.connect("env-get-outdated", read_again)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", list_uses)
    app.connect("html-page-context", add_definitions, priority=750)
