"""Font Awesome cut down to the icons that the site shows: from 300 KB of fonts to about 4."""

import re
from pathlib import Path

from fontTools import subset

_FAMILY_NAMES = {"solid", "regular", "brands"}


def icon_names(html: str) -> set[str]:
    """Return the names of the icons in a page or script: ``{"bars"}`` for ``fa-bars``."""
    return set(re.findall(r"\bfa-([a-z0-9-]+)", html))


def prune_icon_rules(css: str, names: set[str]) -> str:
    """Leave out the rules that give a code point to an icon that is not in ``names``."""
    names = names | _FAMILY_NAMES

    def keep_if_used(rule: re.Match) -> str:
        return rule.group(0) if icon_names(rule.group(1)) & names else ""

    return re.sub(r'([^{}]*\.fa-[^{}]*)\{(?:--fa|content):\s*"[^"]*"[^{}]*\}', keep_if_used, css)


def code_points(css: str) -> set[int]:
    """Return the private-use code points that a style sheet still shows."""
    escaped = {int(point, 16) for point in re.findall(r"\\([ef][0-9a-f]{3})\b", css)}
    return escaped | {ord(c) for c in css if 0xE000 <= ord(c) <= 0xF8FF}


def subset_font(font_file: Path, points: set[int]) -> None:
    """Rewrite a woff2 font with only these code points."""
    options = subset.Options(flavor="woff2")
    font = subset.load_font(str(font_file), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=points)
    subsetter.subset(font)
    subset.save_font(font, str(font_file), options)


def subset_icons(static: Path, names: set[str]) -> None:
    """Cut the theme's style sheet and icon fonts under ``static`` down to these icons."""
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    css = prune_icon_rules(sheet.read_text("utf-8"), names)
    # A page shows its text at once, with the icons a moment later.
    css = css.replace("font-display:block", "font-display:swap")
    # Every browser that the theme works in reads woff2.
    sheet.write_text(re.sub(r',url\([^)]*\.ttf\) format\("truetype"\)', "", css), "utf-8")
    points = set().union(*(code_points(f.read_text("utf-8")) for f in static.rglob("*.css")))
    for font in static.glob("vendor/fontawesome/webfonts/*.woff2"):
        subset_font(font, points)
