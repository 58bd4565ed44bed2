"""Claims: what they may be, and what a message says of a false one."""

import pytest

from tests.book import claim_style, sample
from tests.book.page import findings
from tools.claims import fault, operands


@pytest.mark.parametrize(("claim", "parts"), [
    ("a < b", ["a", "b"]),
    ("a < b < 3", ["a", "b"]),
    ("not (a > 2 or b)", ["a", "b"]),
    ("abs(t.ratio / 1.5 - 1) < 0.05", ["abs(t.ratio / 1.5 - 1)"]),
    ('ledger["x"].lies_inside', []),
    ("any(x > limit for x in rows[1:])", ["rows[1:]"]),
    ("sorted(times, key=name) == names", ["sorted(times, key=name)", "names"]),
    ("all([a < b, a < c])", ["a", "b", "c"]),
    ("a in (1, -2)", ["a"]),
    ("names == ['left', right]", ["names", "['left', right]"]),
    ("a if b else c", []),
    ("table.loc[0] is not\nNone", ["table.loc[0]"]),
])  # fmt: skip
def test_both_sides_of_each_comparison_are_operands(claim, parts):
    assert not fault(claim)
    assert operands(claim) == parts


def claims(k, value):
    return lambda cells: cells[k - 1].metadata.update(claims=value)


def found(change):
    return findings(sample.broken(sample.chapter(), change), claim_style.RULES)


@pytest.mark.parametrize(("k", "value", "expected"), [
    (10, ["m > 1"], "cell 10: claims of a code cell; allowed: of a text cell"),
    (11, "m > 1", "cell 11: claims 'm > 1'; allowed: a list of expressions"),
    (11, [], r"cell 11: claims []"),
    (11, ["m > 1", ""], "cell 11: claim '': no text"),
    (11, [3], "cell 11: claim 3: no text"),
    (11, ["m >"], "cell 11: claim 'm >': no expression of Python; allowed: an expression of"),
    (11, ["m = 1"], "no expression of Python"),
    (11, ["1) + (m"], "no expression of Python"),
    (11, ["m > 1, k > 1"], "never false"),
    (11, ["'m > 1'"], "never false"),
    (11, ["[x > 1 for x in products]"], "never false"),
    (11, ["(m := 2) > 1"], "it assigns a name"),
])  # fmt: skip
def test_what_cannot_be_a_claim_is_rejected(k, value, expected):
    result = found(claims(k, value))
    assert len(result) == 1
    assert expected in result[0], result


def test_claims_beside_text_pass():
    assert not found(claims(11, ["m > 1  # a comment", 'ledger["products"].ratio == 1']))
