"""Write a PDF of each chapter of the built site beside its page, which then links it.

    python -m tools.pdf [book/models/vgg.html ...]

Chromium prints the pages as a reader would; folds are open, and every picture is loaded.
"""

import re
import sys
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from book._ext.pdf_link import link_pdf
from tools.localhost import FLAGS, chromium, served
from tools.notebook_form import ROOT, chapters_in_order

HTML = ROOT / "_build" / "html"
NO_CHROMIUM = "no Chromium; to get it: apt-get install chromium, or: playwright install chromium"
NO_PAGE = "{} is not in the built site; to build it: make book"
FOOTER = """<div style="display: flex; font: 8px sans-serif; justify-content: space-between;
margin: 0 15mm; width: 100%"><span>{}</span>
<span><span class="pageNumber"></span> of <span class="totalPages"></span></span></div>"""

# Late pictures are fetched. A link within the site would lead to this machine: it leads to where
# the site is published if the page says so, and is text otherwise; "#..." stays, within the PDF.
PREPARE = """async () => {
    for (const image of document.images) image.loading = "eager"
    await Promise.all([...document.images].map(image => image.decode().catch(() => {})))
    await document.fonts.ready
    const home = document.querySelector("link[rel=canonical]")?.href
    for (const link of document.querySelectorAll("a[href]")) {
        const href = link.getAttribute("href")
        if (link.host !== location.host || href.startsWith("#")) continue
        if (home) link.href = new URL(href, home)
        else link.removeAttribute("href")
    }
    return [...document.images].filter(i => i.checkVisibility() && !i.naturalWidth).map(i => i.src)
}"""


def print_page(page: Page, address: str, file: Path) -> None:
    """Print the page at this address to a file, as A4 with its title and numbers at the foot.

    Raises ValueError if a picture does not load.
    """
    page.goto(address, wait_until="networkidle")
    if lost := page.evaluate(PREPARE):
        raise ValueError(f"{address}: pictures that do not load: {', '.join(lost)}")
    title = re.sub(r"\s+", " ", page.title())
    page.pdf(
        path=file,
        prefer_css_page_size=True,
        format="A4",
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOTER.format(escape(title)),
        outline=True,
        tagged=True,
    )


def write_pdfs(browser: Browser, folder: Path, names: list[str]) -> None:
    """Write the PDFs of these pages of the site in ``folder``, and link each from its page.

    Raises FileNotFoundError if a page is not there.
    """
    with served(folder) as site, browser.new_context(color_scheme="light") as context:
        page = context.new_page()
        for name in names:
            built = folder / name
            if not built.exists():
                raise FileNotFoundError(NO_PAGE.format(name))
            file = built.with_suffix(".pdf")
            print_page(page, site + name, file)
            built.write_text(link_pdf(built.read_text("utf-8"), built), "utf-8")
            print(f"{file}: {file.stat().st_size / 1024:.0f} KiB")


def chapters() -> list[str]:
    """Return the pages of all chapters, in order."""
    paths = chapters_in_order()
    return [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in paths]


def browser_path(driver: Playwright) -> str:
    """Return the path of the system's Chromium, else of Playwright's own.

    Raises FileNotFoundError if there is neither.
    """
    program = chromium() or driver.chromium.executable_path
    if not Path(program).exists():
        raise FileNotFoundError(NO_CHROMIUM)
    return program


def main(*names: str) -> str | None:
    try:
        with sync_playwright() as driver:
            path = browser_path(driver)
            with driver.chromium.launch(executable_path=path, args=FLAGS) as browser:
                write_pdfs(browser, HTML, list(names) or chapters())
    except (FileNotFoundError, ValueError) as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
