"""Citations that read as name and year: "(He et al., 2016a)" in the text and its bibliography.

Of pybtex's own labels, "[HZRS16a]", a reader has to look up each; and of two papers that share
names and year, sphinxcontrib-bibtex's style `author_year` makes one citation.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pybtex.plugin
import sphinxcontrib.bibtex.plugin
from pybtex.database import Entry
from pybtex.richtext import Text
from pybtex.style.formatting.alpha import Style
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import Node
from sphinxcontrib.bibtex.style.referencing import BaseReferenceStyle, BracketStyle
from sphinxcontrib.bibtex.style.template import entry_label, node, reference

NAME = "name_and_year"
NO_DATE = "n.d."


def names(entry: Entry) -> str:
    """Return the last names of one or two authors; of more, the first with "et al."."""
    persons = entry.persons["author"]
    lasts = [" ".join([*person.prelast_names, *person.last_names]) for person in persons]
    lasts = [Text.from_latex(last).render_as("text") for last in lasts]
    return " and ".join(lasts) if len(lasts) < 3 and "others" not in lasts else f"{lasts[0]} et al."


def year(entry: Entry) -> str:
    """Return the year of an entry; "n.d.", no date, of one without."""
    return entry.fields.get("year", NO_DATE)


class Labels(BaseLabelStyle):
    """Labels such as "He et al., 2016a"; the letter only where two would be the same."""

    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        plain = [f"{names(entry)}, {year(entry)}" for entry in sorted_entries]
        total, seen = Counter(plain), Counter()
        for label in plain:
            dash = "-" if label.endswith(NO_DATE) else ""
            yield label + (f"{dash}{chr(ord('a') + seen[label])}" if total[label] > 1 else "")
            seen[label] += 1


class ByLabel(BaseSortingStyle):
    """The order of the labels; pybtex's own puts organizations behind all persons."""

    def sorting_key(self, entry: Entry) -> tuple[str, ...]:
        return names(entry).lower(), year(entry), entry.fields.get("title", "")


class Bibliography(Style):
    """pybtex's form of an entry, with these labels and in their order."""

    default_label_style = Labels
    default_sorting_style = ByLabel


@node
def as_text(children: list, data: dict[str, Any]) -> Text:
    """Return a label as part of a sentence: "He et al. (2016a)"."""
    who, _, when = data["formatted_entry"].label.rpartition(", ")
    return Text(f"{who} ({when})")


@dataclass
class NameAndYear(BaseReferenceStyle):
    """The roles `cite` (in brackets) and `cite:t` (in a sentence)."""

    brackets: BracketStyle = field(default_factory=lambda: BracketStyle("(", ")", sep="; "))

    def role_names(self) -> list[str]:
        return ["p", "t"]

    def outer(self, role_name: str, children: list[Text]) -> Node:
        return self.brackets.outer(children, brackets=role_name == "p")

    def inner(self, role_name: str) -> Node:
        return reference[entry_label if role_name == "p" else as_text]


def set_up_citations() -> None:
    """Make both styles known by the name that _config.yml gives."""
    pybtex.plugin.register_plugin("pybtex.style.formatting", NAME, Bibliography)
    group = "sphinxcontrib.bibtex.style.referencing"
    sphinxcontrib.bibtex.plugin.register_plugin(group, NAME, NameAndYear, force=True)
