"""Measure the built site as a visitor meets it, in a table with a line a page.

    python -m tools.audit                                    all pages, about 20 minutes
    python -m tools.audit --runs 1 book/models/vgg.html      these

Each page is served from localhost, gzipped and with an age, as GitHub Pages does. axe looks at
all of them: wide, dark and on a phone, with all folds open. Lighthouse runs on the chapters, the
front page, the glossary, one page of solutions and one of the package: as a phone five times
(the median counts), as a desktop once, since its scores hardly differ from run to run. A busy
machine makes them lower. Ends with status 1 if a target is missed.
"""

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from lsdl_helpers.commands.numbers import whole_number
from tools.audit_page import GzipHandler, Look, Scores, look, scores
from tools.localhost import FLAGS, chromium, served
from tools.notebook_form import ROOT, files_in_order, is_solutions
from tools.reference_run import watch

HTML, CACHE = ROOT / "_build" / "html", ROOT / "_build" / "audit"
RUNS = 5
HEADER = f"""\
mobile, desktop: Lighthouse's performance (range); at least 85, at least 100
a/b/s: accessibility, best practices, SEO; at least 100 each
FCP, LCP, TBT: median on the phone, in s
KiB: as transferred, without pictures; at most 250. all: with those first on the screen, and frames
elements: of the page. axe: violations in light, in dark, at 390 px; 0. err: console errors; 0
away: requests to another host; 0

{"mobile":<14}{"desktop":>8}  {"a/b/s":<13}{"FCP":>5}{"LCP":>6}{"TBT":>6}{"KiB":>6}{"all":>6}\
{"elements":>10}  {"axe":<8}{"err":>3}{"away":>6}  page"""


class Row(NamedTuple):
    """What was found of a page; ``scores`` is None where Lighthouse did not run."""

    page: str
    look: Look
    scores: Scores | None


def all_pages(html: Path = HTML) -> list[str]:
    """Return the pages of the site: those of the table of contents, the package's, and others."""
    found = {page.relative_to(html).as_posix() for page in html.rglob("*.html")}
    listed = [f"{file}.html" for file in files_in_order()]
    # index.html sends the visitor on to the front page.
    others = {p for p in found if not p.startswith(("_static/", "pagefind/")) and p != "index.html"}
    return [*listed, *sorted(others - set(listed))]


def scored_pages(pages: list[str]) -> set[str]:
    """Return those on which Lighthouse runs when all are asked for."""
    notebooks = [page for page in pages if (ROOT / page).with_suffix(".ipynb").exists()]
    solutions = [page for page in notebooks if is_solutions(Path(page))]
    package = [page for page in pages if page.startswith("book/api/") and page.count("/") > 3]
    few = {"book/index.html", "book/glossary.html", *solutions[:1], *package[-1:]}
    return (set(notebooks) - set(solutions)) | (few & set(pages))


def missed(row: Row) -> list[str]:
    """Return the targets that a page misses."""
    look, scores = row.look, row.scores
    met = {
        "KiB": look.kib <= 250,
        "axe": not any(look.violations),
        "err": not look.errors,
        "away": not look.away,
    }
    if scores:
        met |= {
            "mobile": statistics.median(scores.mobile) >= 85,
            "desktop": scores.desktop >= 100,
            "a/b/s": min(scores.others) >= 100,
        }
    return [name for name, is_met in met.items() if not is_met]


def line(row: Row) -> str:
    """Return the line of a page."""
    found, scores = row.look, row.scores
    if scores:
        low, high = min(scores.mobile), max(scores.mobile)
        mobile = f"{statistics.median(scores.mobile):g}" + (f" ({low} to {high})" * (low < high))
        times = "".join(f"{seconds:6.2f}" for seconds in scores.times.values())
        text = f"{mobile:<14}{scores.desktop:>8}  {'/'.join(map(str, scores.others)):<12}{times}"
    else:
        text = " " * 54
    axe = "/".join(str(len(rules)) for rules in found.violations)
    text += f"{found.kib:6.0f}{found.kib_in_all:6.0f}{found.elements:10}  {axe:<8}"
    text += f"{found.errors:3}{found.away:6}  {row.page}"
    broken = sorted(set().union(*found.violations))
    return text + (f"  MISSED: {', '.join([*missed(row), *broken])}" if missed(row) else "")


def audit(pages: list[str], scored: set[str], num_runs: int) -> list[Row]:
    """Look at the pages, and score some; a line a page goes to the output as soon as it is done."""
    rows = []
    with served(HTML, GzipHandler) as site, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        for k, page in enumerate(pages, 1):
            start = time.perf_counter()
            found = look(browser, site, page, HTML)
            score = scores(site + page, CACHE, num_runs) if page in scored else None
            rows.append(Row(page, found, score))
            print(line(rows[-1]), flush=True)
            took = time.perf_counter() - start
            print(f"{k} of {len(pages)}, {took:.0f} s", file=sys.stderr, flush=True)
        browser.close()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="as book/models/vgg.html; default: all")
    runs = whole_number(1, 25)
    parser.add_argument("--runs", type=runs, default=RUNS, help="of Lighthouse as a phone")
    options = parser.parse_args()
    if not chromium():
        sys.exit("no Chromium; to get it: apt-get install chromium")
    if absent := [page for page in options.pages if not (HTML / page).is_file()]:
        sys.exit(f"not in {HTML.relative_to(ROOT)}: {', '.join(absent)}; to build it: make book")
    if options.runs < 1:
        parser.error(f"--runs {options.runs}: at least 1")
    if disturbed := watch():
        print(f"warning: the machine is busy, scores are lower: {'; '.join(disturbed)}")
    pages = options.pages or all_pages()
    print(f"{options.runs} runs as a phone, one as a desktop; {HEADER}")
    rows = audit(pages, set(options.pages) or scored_pages(pages), options.runs)
    program = subprocess.run([chromium(), "--version"], capture_output=True, text=True).stdout
    versions = {row.scores.version for row in rows if row.scores}
    print(f"\nLighthouse {', '.join(versions)}, {program.split(' built')[0].strip()}")
    failing = [row.page for row in rows if missed(row)]
    print(f"{len(rows)} pages, {len(failing)} miss a target")
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
