"""Citations read as name and year, in the text and in the bibliography."""

import re

import pytest
from pybtex.database import parse_string

from book._ext.citations import Bibliography, Labels

NAMES = {
    "one": "Krizhevsky, Alex",
    "two": "Simonyan, Karen and Zisserman, Andrew",
    "three": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing",
    "others": "Brown, Tom and others",
    "particle": 'van den Oord, A{\\"a}ron',
    "firm": "{NVIDIA Corporation}",
}
LABELS = {
    "one": "Krizhevsky",
    "two": "Simonyan and Zisserman",
    "three": "He et al.",
    "others": "Brown et al.",
    "particle": "van den Oord",
    "firm": "NVIDIA Corporation",
}


def labels(*entries: tuple[str, str, str]) -> list[str]:
    """Return the labels of entries (authors, title, year) in the order of a bibliography."""
    text = ""
    for k, (authors, title, year) in enumerate(entries):
        when = f", year = {{{year}}}" if year else ""
        text += f"@misc{{k{k}, author = {{{authors}}}, title = {{{title}}}{when}}}\n"
    parsed = parse_string(text, "bibtex").entries.values()
    return list(Labels().format_labels(Bibliography().sort(parsed)))


@pytest.mark.parametrize("kind", NAMES)
def test_names(kind):
    assert labels((NAMES[kind], "T", "2016")) == [f"{LABELS[kind]}, 2016"]


def test_a_letter_where_names_and_year_are_the_same_and_only_there():
    he = NAMES["three"]
    assert labels((he, "B", "2016"), (he, "A", "2016"), (he, "C", "2015")) == [
        "He et al., 2015",
        "He et al., 2016a",
        "He et al., 2016b",
    ]


def test_no_date():
    assert labels(("{A}", "T", "")) == ["A, n.d."]
    assert labels(("{A}", "T", ""), ("{A}", "S", "")) == ["A, n.d.-a", "A, n.d.-b"]


def test_organizations_stand_among_persons():
    assert labels(("Zhang, X", "T", "1"), ("{NVIDIA}", "T", "1"), ("Le, Q", "T", "1")) == [
        "Le, 1",
        "NVIDIA, 1",
        "Zhang, 1",
    ]


def test_citations_on_the_pages(html):
    year = r"(?:\d{4}|n\.d\.)(?:-?[a-z])?"
    found = 0
    for page in (html / "book").rglob("*.html"):
        text = page.read_text("utf-8")
        for citation in re.findall(r'<span class="bibtex-citation"[^>]*>(.*?)</span>', text, re.S):
            shown = re.sub(r"<[^>]*>", "", citation)
            assert re.fullmatch(rf"\([^()]+, {year}\)|[^()]+ \({year}\)", shown), (page, shown)
            found += 1
    assert found > 100
