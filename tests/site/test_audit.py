"""The table of `make audit`: which pages it holds, and what it calls a miss."""

import pytest

from tools import audit
from tools.audit_page import Look, Scores
from tools.notebook_form import files_in_order

FOUND = Look(kib=200.4, kib_in_all=300, elements=4000, violations=[[], [], []], away=0, errors=0)
SCORES = Scores(
    mobile=[84, 90, 91, 91, 92],
    desktop=100,
    others=[100, 100, 100],
    times={"FCP": 1.95, "LCP": 2, "TBT": 0.01},
    version="13.0.0",
)


@pytest.mark.parametrize(
    ("found", "scores", "missed"),
    [
        ({}, {}, []),
        ({"kib": 251}, {}, ["KiB"]),
        ({"violations": [[], ["list"], []]}, {}, ["axe"]),
        ({"away": 1, "errors": 2}, {}, ["err", "away"]),
        ({}, {"mobile": [84, 84, 84, 91, 92]}, ["mobile"]),
        ({}, {"desktop": 99, "others": [100, 100, 92]}, ["desktop", "a/b/s"]),
    ],
)
def test_what_a_page_misses(found, scores, missed):
    row = audit.Row("page.html", FOUND._replace(**found), SCORES._replace(**scores))
    assert audit.missed(row) == missed
    assert ("MISSED" in audit.line(row)) == bool(missed)


def test_a_line_holds_median_and_range_and_the_rules_that_are_broken():
    found = FOUND._replace(violations=[[], ["list"], ["list", "region"]])
    words = audit.line(audit.Row("page.html", found, SCORES)).split()
    numbers = "91 (84 to 92) 100 100/100/100 1.95 2.00 0.01 200 300 4000 0/1/2 0 0"
    assert words == [*numbers.split(), "page.html", "MISSED:", "axe,", "list,", "region"]


def test_columns_stand_below_their_names():
    head = audit.HEADER.splitlines()[-1]
    for scores in (SCORES, None):
        line = audit.line(audit.Row("page.html", FOUND, scores))
        assert line.index("page.html") == head.index("page")
        assert line.index("200") == head.index("KiB")


@pytest.mark.slow
def test_it_holds_every_page_and_scores_every_chapter(html):
    pages = audit.all_pages(html)
    assert len(pages) == len(set(pages))
    assert {f"{file}.html" for file in files_in_order()} <= set(pages)
    assert {"search.html", "book/api/lsdl_helpers/cpu/index.html"} <= set(pages)
    scored = audit.scored_pages(pages)
    assert {"book/index.html", "book/models/vgg.html", "book/glossary.html"} <= scored
    assert len([page for page in scored if "/solutions/" in page]) == 1
    assert len([page for page in scored if "/api/" in page]) == 1


def test_a_page_that_is_not_built_is_named(monkeypatch):
    monkeypatch.setattr(audit, "chromium", lambda: "chromium")
    monkeypatch.setattr("sys.argv", ["audit", "book/nosuchpage.html"])
    with pytest.raises(SystemExit, match=r"nosuchpage\.html; to build it: make book"):
        audit.main()
