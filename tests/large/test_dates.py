"""One rule of dating: the year in which the cited text was first public, preprint or print."""

import re

import pytest

from lsdl_helpers.large.accuracy import IMAGENET
from lsdl_helpers.large.growth import NETWORKS
from lsdl_helpers.pretrained.published import FIGURES
from tools.notebook_form import ROOT

BIBLIOGRAPHY = (ROOT / "book" / "references.bib").read_text("utf-8")


def first_public(key: str) -> int:
    """Return the year of the preprint, which its arXiv number begins with, or of the print."""
    entry = re.search(rf"^@\w+{{{key},$.*?^}}", BIBLIOGRAPHY, re.MULTILINE | re.DOTALL)[0]
    preprint = re.search(r"eprint = {(\d\d)\d\d\.", entry)
    printed = re.search(r"year = {(\d{4})}", entry)
    return 2000 + int(preprint[1]) if preprint else int(printed[1])


@pytest.mark.parametrize(("key", "year"), [
    ("he2016resnet", 2015), ("dean2012distbelief", 2012), ("hay1960perceptron", 1960),
])  # fmt: skip
def test_the_rule_reads_preprints_and_prints(key, year):
    assert first_public(key) == year


@pytest.mark.parametrize(
    "row",
    [*NETWORKS.values(), *FIGURES.values(), *IMAGENET.values()],
    ids=[*NETWORKS, *FIGURES, *(f"ImageNet {name}" for name in IMAGENET)],
)
def test_a_network_is_dated_by_when_its_source_was_first_public(row):
    assert row.year == first_public(row.source)
