"""The Sphinx extension of this book: what Jupyter Book 1 leaves open, in one place.

Each module beside this one does one thing, which its first line names; `setup` connects them.
Here stand the links to the repository, corrections to finished pages, and the notebooks that the
site offers, with the set-up cell that installs the package (tools/notebook_form.py).
It sets the links to the repository (repository.py), has formulas set while building
(formulas.py), the package documented from its sources (api_reference.py), makes the boxes
and folds of guesses (guess_folds.py) and the page that lists them (ledger_page.py), corrects the
finished pages (page_cleanup.py) and icon fonts (icon_fonts.py), takes out what makes them heavy
(frames.py, code_spans.py, needed_files.py, used_rules.py), draws the record of the stored pages
(run_report.py), and gives the notebooks that it offers the set-up cell that installs the package
(tools/notebook_form.py).
"""

import zlib
from pathlib import Path
from typing import Any

import nbformat
from sphinx.application import Sphinx
from sphinx.config import Config

from book._ext.api_reference import set_up_reference
from book._ext.best_and_worst import set_up_predictions
from book._ext.citations import set_up_citations
from book._ext.code_spans import code_styles, merge_code_spans
from book._ext.course_contents import set_up_contents
from book._ext.definitions import set_up_definitions
from book._ext.formulas import set_formulas
from book._ext.frames import drop_old_frames, set_up_frames
from book._ext.front_page import set_up_front_page
from book._ext.guess_folds import set_up_folds
from book._ext.icon_fonts import icon_names, subset_icons
from book._ext.ledger_page import LEDGER_PAGE, set_up_ledger_page
from book._ext.metadata import set_up_metadata
from book._ext.needed_files import drop_unneeded, drop_unused_files
from book._ext.not_found import set_up_not_found
from book._ext.numbering import set_up_numbering
from book._ext.page_cleanup import clean, redirect_page
from book._ext.pdf_link import link_pdf
from book._ext.repository import BRANCH, repository_address
from book._ext.run_report import set_run_report
from book._ext.search import set_up_search
from book._ext.sidebar import set_up_sidebar
from book._ext.stored_explorer import set_up_explorer
from book._ext.theme_controls import set_up_controls
from book._ext.used_rules import prune_theme
from tools.notebook_form import chapter_of, write_origin, write_setup


def link_repository(app: Sphinx, config: Config) -> None:
    """Point the buttons at this repository; without an address, show none.

    Left to itself Jupyter Book would link to the repository of its own authors.
    """
    address = repository_address(Path(app.srcdir), config.lsdl_repository)
    on_github = address.startswith("https://github.com/")
    config.html_theme_options |= {
        "repository_url": address,
        "repository_branch": BRANCH,
        "repository_provider": "gitlab" if "gitlab" in address else "github",
        "use_repository_button": bool(address),
        "use_issues_button": bool(address),
        "launch_buttons": launch_buttons() if on_github else {},
    }


def launch_buttons() -> dict[str, str]:
    """Return the services that run a notebook of a public repository on GitHub."""
    return {
        "colab_url": "https://colab.research.google.com",
        "binderhub_url": "https://mybinder.org",
        "notebook_interface": "jupyterlab",
    }


def drop_thebe_files(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Leave out thebe's files: Jupyter Book adds them twice, which is an error on every page."""
    for kind in ("script_files", "css_files"):
        context[kind][:] = [file for file in context[kind] if not belongs_to_thebe(file)]


def belongs_to_thebe(file: Any) -> bool:
    """Say whether a script or style sheet, a file or written into the page, is thebe's."""
    body = getattr(file, "attributes", {}).get("body") or ""
    return "thebe" in f"{getattr(file, 'filename', file)} {body}".lower()


def correct_pages(app: Sphinx, exception: Exception | None) -> None:
    """Correct every page once all are written, then cut the icon fonts to what they show."""
    if exception or app.builder.format != "html":
        return
    if app.config.root_doc != "index":
        front = f"{app.config.root_doc}.html"
        told = Path(app.outdir, front).read_text("utf-8")
        bare = redirect_page(app.config.project, front, told)
        Path(app.outdir, "index.html").write_text(bare, "utf-8")
    pages = pages_of(app)
    for page in pages:
        before = page.read_text("utf-8")
        if (after := link_pdf(clean(before, page.parent), page)) != before:
            page.write_text(after, "utf-8")
    scripts = Path(app.outdir, "_static", "scripts").glob("*theme.js")
    texts = (file.read_text("utf-8") for file in [*pages, *scripts])
    subset_icons(Path(app.outdir, "_static"), set().union(*map(icon_names, texts)))


def pages_of(app: Sphinx) -> list[Path]:
    """Return the files of all pages, those included that this build did not write anew."""
    return [p for p in Path(app.outdir).rglob("*.html") if "_static" not in p.parts]


def lighten_site(app: Sphinx, exception: Exception | None) -> None:
    """Leave in the pages, and in the site, what a page needs and no more."""
    if exception or app.builder.format != "html":
        return
    static, texts = Path(app.outdir, "_static"), []
    styles = code_styles(static)
    for page in pages_of(app):
        before = page.read_text("utf-8")
        texts.append(merge_code_spans(drop_unneeded(before), styles))
        if texts[-1] != before:
            page.write_text(texts[-1], "utf-8")
    drop_old_frames(Path(app.outdir), texts)
    drop_unused_files(static, texts)
    prune_theme(static, texts)


def address_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Have the notebooks for download install the package from where the links lead.

    They name the page that they are, too.
    """
    address = app.config.html_theme_options["repository_url"]
    if exception or not address:
        return
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        write_setup(notebook, chapter_of(path), address)
        name = path.relative_to(Path(app.outdir, "_sources")).with_suffix("").as_posix()
        write_origin(notebook, app.config.project, address_of(app, name))
        nbformat.write(notebook, path)


def address_of(app: Sphinx, pagename: str) -> str:
    """Return the address of a page on the published site, "" if that is not known."""
    site = app.config.html_baseurl
    return site and f"{site}{app.builder.get_target_uri(pagename)}"


def always_outdated(app: Sphinx, env: Any, added: set, changed: set, removed: set) -> list[str]:
    """Write the front page at every build: Sphinx copies changed assets only if it writes.

    It, and the ledger page, hold what is taken from every chapter.
    """
    return [app.config.root_doc, *({LEDGER_PAGE} & env.found_docs)]


def version_of_sources() -> int:
    """Return a number that changes with this extension: Sphinx then reads every page anew."""
    here = Path(__file__).parent
    files = (file for file in sorted(here.rglob("*")) if file.suffix in (".py", ".rst", ".html"))
    return zlib.crc32(b"".join(file.read_bytes() for file in files))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the steps above."""
    app.add_config_value("lsdl_repository", "", "html")
    app.connect("config-inited", link_repository)
    set_formulas(app)
    set_up_citations()
    set_up_definitions(app)
    set_up_reference(app)
    set_up_folds(app)
    set_up_ledger_page(app)
    set_up_frames(app)
    set_run_report(app)
    set_up_contents(app)
    set_up_predictions(app)
    set_up_explorer(app)
    set_up_front_page(app)
    set_up_numbering(app)
    set_up_sidebar(app)
    set_up_search(app)
    set_up_metadata(app)
    set_up_not_found(app)
    set_up_controls(app)
    app.connect("env-get-outdated", always_outdated)
    app.connect("html-page-context", drop_thebe_files, priority=900)  # after thebe added them
    app.connect("build-finished", correct_pages)
    app.connect("build-finished", address_notebooks)
    # After extensions have put their files there, and the theme its colors of code.
    app.connect("build-finished", lighten_site, priority=900)
    return {"parallel_read_safe": True, "env_version": version_of_sources()}
