"""The theme's style sheet without the rules for what stands on no page: from 45 KB to 20, packed.

It holds all of Bootstrap, and rules for many extensions of Sphinx, and each page waits for it.
"""

import re
from collections.abc import Iterable
from pathlib import Path

_RULE = re.compile(r"([^{}@;]+)(\{[^{}]*\})")
_CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
_COMMA = re.compile(r",(?![^(\[]*[)\]])")  # between selectors, not within :is(a, b)


def words(text: str) -> set[str]:
    """Return what may be a class in a page or script.

    >>> sorted(words('part.classList.add("bs-" + name)'))
    ['add', 'bs-', 'classList', 'name', 'part']
    """
    return set(re.findall(r"[A-Za-z_][\w-]*", text))


def prune_rules(css: str, known: set[str]) -> str:
    """Leave out the selectors with a class that is not in ``known``.

    A word that ends in a hyphen stands for all classes that a script makes of it.

    >>> prune_rules(".a, .b c { top: 0 } .d:not(.b) { top: 1px }", {"a", "d"})
    '.a{ top: 0 } .d:not(.b) { top: 1px }'
    >>> prune_rules("/*! by @c, .b */ .bs-tooltip-auto{} .b{}", {"bs-"})
    '/*! by @c, .b */ .bs-tooltip-auto{}'
    """
    beginnings = tuple(word for word in known if word.endswith("-") and len(word) > 2)

    def is_used(selector: str) -> bool:
        # What stands in brackets, as in :not(.a), may also be absent.
        plain = re.sub(r"\[[^]]*\]|\([^()]*\)", "", selector)
        classes = _CLASS.findall(plain)
        return all(name in known or name.startswith(beginnings) for name in classes)

    def keep_used(rule: re.Match) -> str:
        used = [selector for selector in _COMMA.split(rule[1]) if is_used(selector)]
        return ",".join(used) + rule[2] if used else ""

    licenses = "".join(re.findall(r"/\*!.*?\*/", css, flags=re.S))
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return licenses + re.sub(r"@media[^{}]*\{\s*\}", "", _RULE.sub(keep_used, bare))


def prune_theme(static: Path, pages: Iterable[str]) -> None:
    """Prune the theme's style sheet under ``static`` to what pages and scripts name."""
    scripts = (file.read_text("utf-8") for file in static.parent.rglob("*.js"))
    known = set().union(*map(words, pages), *map(words, scripts))
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    sheet.write_text(prune_rules(sheet.read_text("utf-8"), known), "utf-8")
