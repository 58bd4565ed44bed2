"""Highlighted code with no more elements than its colors need.

Pygments puts every name and every bracket into an element of its own: more than half of a
chapter's elements, all of which a browser has to style and to lay out. Many have the color of
plain code, and neighbors have the same color.
"""

import re
from pathlib import Path

# The class by which a style is told, "" for plain code; by class as pygments writes it.
Styles = dict[str, str]

_RULE = re.compile(r"([^{}]*)\.highlight(?: \.([\w-]+))? *\{([^}]*)\}")
_SPAN = re.compile(r'<span class="([\w-]+)">([^<]*)</span>')
_NEIGHBORS = re.compile(r'(<span class="([\w-]+)">[^<]*)</span>(\s*)<span class="\2">')


def code_styles(static: Path) -> Styles:
    """Return what the style sheets under ``static`` make of each class of highlighted code.

    Classes that set more than a color, or to which another sheet gives a style in code, are
    left out.
    """
    sheet = static / "pygments.css"
    others = (file.read_text("utf-8") for file in static.rglob("*.css") if file != sheet)
    taken = set().union(*map(classes_in_code, others))
    return {k: v for k, v in read_styles(sheet.read_text("utf-8")).items() if k not in taken}


def classes_in_code(css: str) -> set[str]:
    """Return the classes of selectors that name code, or one class alone.

    >>> sorted(classes_in_code(".highlight .n, .sig .k {} b.o {}"))
    ['highlight', 'n', 'o']
    """
    selectors = ",".join(re.findall(r"([^{}]*)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.S)))
    classes = (re.findall(r"\.([A-Za-z][\w-]*)", one) for one in selectors.split(","))
    return {c for found in classes if len(found) == 1 or "highlight" in found for c in found}


def read_styles(css: str) -> Styles:
    """Read pygments' style sheet, which may hold several themes.

    >>> read_styles(".highlight { color: #111 } .highlight .n { color: #111 }")
    {'n': ''}
    >>> read_styles(".highlight .s { color: red } .highlight .s2 { color: red }")
    {'s': 's', 's2': 's'}
    """
    colors: dict[str, dict[str, str]] = {}
    for theme, name, body in _RULE.findall(re.sub(r"/\*.*?\*/", "", css)):
        plain = name == "" and re.search(r"(?:^|;)\s*(color: *[^;]+)", body)
        colors.setdefault(name, {})[theme.strip()] = (plain[1] if plain else body).strip().lower()
    plain = colors.pop("", {})
    styles, first = {}, {tuple(sorted(plain.items())): ""}
    for name, style in colors.items():
        if all(re.fullmatch(r"color: *[^;]+;?", color) for color in style.values()):
            styles[name] = first.setdefault(tuple(sorted(style.items())), name)
    return styles


def merge_code_spans(html: str, styles: Styles) -> str:
    """Unwrap what has the color of plain code, and merge neighbors of one color.

    >>> code = '<div class="highlight"><pre><span class="n">a</span><span class="mi">1</span> '
    >>> code += '<span class="mf">.5</span></pre></div>'
    >>> merge_code_spans(code, {"n": "", "mi": "m", "mf": "m"})
    '<div class="highlight"><pre>a<span class="m">1 .5</span></pre></div>'
    """

    def restyle(match: re.Match) -> str:
        name = styles.get(match[1], match[1])
        return f'<span class="{name}">{match[2]}</span>' if name else match[2]

    def merge(block: re.Match) -> str:
        code, before = _SPAN.sub(restyle, block[0]), ""
        while code != before:  # of three in a row, one pass merges two
            code, before = _NEIGHBORS.sub(merge_if_color, code), code
        return code

    def merge_if_color(match: re.Match) -> str:
        return match[1] + match[3] if match[2] in colors else match[0]

    colors = set(styles.values())
    return re.sub(r'<div class="highlight"><pre>.*?</pre>', merge, html, flags=re.S)
