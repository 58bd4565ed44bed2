"""The HTML of a guess: the box, the bar below the title, the fold of a measurement."""

from html import escape
from typing import Any

# Before the page is painted, so that no derivation is seen which then closes.
CLOSE = """<script>try{var lsdlAll=localStorage.getItem("lsdl-all")}catch(e){}
if(!lsdlAll)document.documentElement.classList.add("guessing")</script>"""


def bar(ledger: str) -> str:
    """Return the button that shows everything, and a link to the ledger if there is one."""
    link = f' <a href="{escape(ledger)}">Your ledger</a>' if ledger else ""
    button = '<button type="button">Show everything</button>'
    button += '<span class="all-open">All chapters are open until you fold again.</span>'
    return f'{CLOSE}\n<p class="guess-bar" hidden>{button}{link}</p>\n'


def box(key: str, entries: list[dict[str, Any]]) -> str:
    """Return the form in which the reader guesses these entries; ``key`` names its fold.

    Without entries there is nothing to write down, only a button that goes on.
    """
    hint = f"hint-{escape(key)}"
    fields = "".join(field(entry, hint) for entry in entries)
    head = "Your guess" if entries else "Have you made your guess?"
    guess = '<button type="submit">Guess</button>' if entries else ""
    return f"""\
<form class="guess" data-fold="{escape(key)}" autocomplete="off" novalidate hidden>
<p class="guess-head">{head}</p>{fields}
<p class="guess-buttons">{guess}<button type="button">Show without guessing</button></p>
<output id="{hint}" tabindex="-1"></output>
</form>"""


def field(entry: dict[str, Any], hint: str) -> str:
    """Return an input with its label and unit, or a list of what may be chosen."""
    known = f'data-name="{escape(entry["name"])}" aria-describedby="{hint}"'
    if entry["choices"]:
        options = "".join(f"<option>{escape(choice)}</option>" for choice in entry["choices"])
        control = f'<select {known}><option value="">choose …</option>{options}</select>'
    else:
        control = f'<input type="text" inputmode="decimal" size="8" {known}>'
    unit = {"ratio": "×"}.get(entry["unit"], escape(entry["unit"]))
    return f"\n<label><span>{escape(entry['name'])}</span> <span>{control} {unit}</span></label>"


def details(measured: bool, entries: list[dict[str, Any]]) -> str:
    """Return the start of a fold; in it, a place for the reader's guess of each of these."""
    what = "measurement" if measured else "output"
    verdicts = "".join(
        f'\n<p class="verdict" data-name="{escape(entry["name"])}"'
        f' data-head="{escape(entry["name"]) + ". " if len(entries) > 1 else ""}"'
        f' data-formula="{escape(said(entry))}"></p>'
        for entry in entries
    )
    return f"""\
<details class="measurement">
<summary><span class="collapsed">Show the {what}</span>\
<span class="expanded">Hide the {what}</span></summary>{verdicts}"""


def said(entry: dict[str, Any]) -> str:
    """Say what the page predicted, and how well, as the script says it of the guess.

    >>> entry = {"name": "time", "predicted": 2.0, "measured": 3.0, "unit": "ms", "ratio": 1.5}
    >>> said({**entry, "kind": "formula", "choices": []})
    'the formula: 2.00 ms, off by a factor of 1.50 (too low).'
    """
    who = {"formula": "the formula", "cited": "others measured"}
    named = who.get(entry["kind"], f"the {entry['kind']}")
    return f"{named}: {as_text(entry, 'predicted')}{judged(entry)}."


def judged(entry: dict[str, Any]) -> str:
    """Say how far the prediction is off; nothing of what is no formula."""
    if entry["choices"]:
        return ", right" if entry["predicted"] == entry["measured"] else ", wrong"
    ratio = entry.get("ratio")
    if entry["kind"] != "formula" or not isinstance(ratio, int | float) or ratio <= 0:
        return ""
    factor = max(ratio, 1 / ratio)
    if factor < 1.005:
        return ", right"
    shown = f"{factor:#.3g}" if factor < 100 else f"{factor:.0f}"
    return f", off by a factor of {shown} (too {'low' if ratio > 1 else 'high'})"


def as_text(entry: dict[str, Any], column: str) -> str:
    """Return a quantity of an entry as a notebook shows it."""
    from lsdl_helpers.ledger.entry import Entry  # which imports no other package

    return Entry(**{key: value for key, value in entry.items() if key != "ratio"}).text(column)
