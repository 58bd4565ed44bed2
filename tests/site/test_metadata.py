"""What search engines and shared links are told of each page of the built site."""

import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from docutils import nodes

from book._ext.metadata import LONGEST, description
from tests.site.test_links import pages

NO_PAGES = ("index.html", "404.html", "search.html", "genindex.html", "py-modindex.html")


def written(html: Path) -> list[Path]:
    """Return the pages that have a text of their own."""
    return [page for page in pages(html) if page.parent != html or page.name not in NO_PAGES]


def described(page: Path) -> str:
    found = re.findall('<meta name="description" content="([^"]*)"', page.read_text("utf-8"))
    assert len(found) == 1, page
    return unescape(found[0])


def test_descriptions_are_whole_sentences(html):
    texts = {page: described(page) for page in written(html)}
    sentences = r"[A-Z][^\[$\\]{20,300}[.?!]"
    faulty = {str(p): text for p, text in texts.items() if not re.fullmatch(sentences, text)}
    assert faulty == {}
    assert [text for text, count in Counter(texts.values()).items() if count > 1] == []


def test_opengraph_says_the_same(html):
    for page in written(html):
        said = re.search('property="og:description" content="([^"]*)"', page.read_text("utf-8"))
        assert unescape(said[1]) == described(page), page


def test_titles_are_those_of_the_pages(html):
    for page in (*written(html), html / "404.html"):
        text = page.read_text("utf-8")
        title = unescape(re.search("<title>(.*?)</title>", text, re.S)[1])
        assert title.count("Large-Scale Deep Learning") == 1 or page.name == "index.html", title
        heading = re.search(r"<article.*?<h1>(.*?)<a class=\"headerlink|<h1>(.*?)</h1>", text, re.S)
        words = unescape(re.sub(r"<[^>]*>", "", heading[1] or heading[2])).strip()
        assert title.startswith(words), page


def test_the_page_for_lost_readers_leads_on(html):
    text = (html / "404.html").read_text("utf-8")
    body = re.search(r"<article.*</article>", text, re.S)[0]
    links = re.findall('<a href="([^"#]*)"', body)
    assert any(link.endswith("book/index.html") for link in links)
    assert any(link.endswith("search.html") for link in links)
    assert sum(link.endswith(("vgg.html", "formats.html")) for link in links) == 2


def test_notebooks_are_offered_by_name(html):
    text = (html / "book" / "models" / "vgg.html").read_text("utf-8")
    assert 'download="lsdl-vgg.ipynb"' in text
    assert '<span class="btn__text-container">Notebook</span>' in text


def document(*texts: str) -> nodes.document:
    """Return a document with a title, and paragraphs in which "[...]" is a citation."""
    section = nodes.section("", nodes.title(text="Title"))
    for text in texts:
        paragraph = nodes.paragraph()
        for part in re.split(r"(\[.*?\])", text):
            classes = ["bibtex-citation"] if part.startswith("[") else []
            paragraph += nodes.inline(text=part, classes=classes)
        section += paragraph
    whole = nodes.document(None, None)
    whole += section
    return whole


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["One. Two? Three!"], "One. Two? Three!"),
        (["One. Two.", "Another paragraph."], "One. Two."),
        (["As found [A, 2016]. More [B, 2017], and more."], "As found. More, and more."),
        (["A " + "long " * 60 + "one. Two."], "A " + "long " * 60 + "one."),
        (["One.", "Two."] * 2, "One."),
        (["First. " + "X" * LONGEST + "."], "First."),
        ([], ""),
    ],
)
def test_description(texts, told):
    assert description(document(*texts)) == told
