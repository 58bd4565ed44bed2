"""Each correction of a page on a small piece of HTML: what it changes and what it leaves."""

import struct
import zlib

import pytest

from book._ext import page_cleanup


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


SCRIPT = '<script src="_static/{}"></script>'
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1{}" />'
FIELD = '<button class="btn search-button-field x" title="Search"{}>'
ICON = '<button class="btn search-button x" aria-label="Search">'
ARROW = '<summary{}><span class="toctree-toggle">'
START = '<div{} class="sidebar-primary-items__start x">'

NOTEBOOK = """<a href="../_sources/book/{}a.ipynb" {}
   title="Download {}">\n<span class="btn__text-container">{}</span>\n</a>"""


def offered(folder: str, name: str) -> str:
    return NOTEBOOK.format(folder, f'download="{name}"', "the notebook", "Notebook")


def by_theme(folder: str) -> str:
    return NOTEBOOK.format(folder, 'target="_blank"', "source file", ".ipynb")


CASES = [
    ("drop_thebe", '<p>\n<script type="text/x-thebe-config">\n{"a": 1}\n</script>', "<p>"),
    ("drop_thebe", "<p><script>kernelName = 'python3'</script>", "<p>"),
    ("drop_thebe", "<script>let other = 1</script>", None),
    ("drop_icon_script", '<p> <script defer src="x/fontawesome.js?digest=1"></script>', "<p>"),
    ("drop_icon_script", SCRIPT.format("other.js"), None),
    ("drop_search_scripts", "<p>" + SCRIPT.format("searchtools.js?v=1"), "<p>"),
    ("drop_search_scripts", '<p><script src="../searchindex.js"></script>', "<p>"),
    ("drop_search_scripts", SCRIPT.format("search.js"), None),
    ("defer_scripts", SCRIPT.format("a.js"), '<script defer src="_static/a.js"></script>'),
    ("defer_scripts", SCRIPT.format("documentation_options.js"), None),
    ("defer_scripts", '<script async="async" src="a.js"></script>', None),
    ("defer_scripts", "<script>let a = 1</script>", None),
    ("drop_double_viewport", VIEWPORT.format(".0") + VIEWPORT.format(""), VIEWPORT.format(".0")),
    ("drop_double_viewport", VIEWPORT.format(""), None),
    ("drop_double_viewport", "<p>", None),
    ("name_controls", FIELD.format(' aria-label="Search"'), FIELD.format("")),
    ("name_controls", ICON, None),
    ("name_controls", '<summary aria-label="Toggle hidden content">', "<summary>"),
    ("name_controls", "<p>Show the source</p>", None),
    ("name_controls", ARROW.format(""), ARROW.format(' aria-label="Pages of this part"')),
    ("mend_tables", '<th class="a"></th><th>b</th>', '<td class="a"></td><th>b</th>'),
    ("mend_tables", "<th><p></p></th>", "<td><p></p></td>"),
    ("mend_tables", "<thead>\n</thead>", None),
    ("mend_bibliography", '<div role="doc-biblioentry">', '<div role="listitem">'),
    ("reach_formulas", '<div class="math">', '<div class="math" tabindex="0">'),
    ("offer_notebook", by_theme("models/"), offered("models/", "lsdl-a.ipynb")),
    ("offer_notebook", by_theme("solutions/b/"), offered("solutions/b/", "lsdl-solutions-a.ipynb")),
    ("offer_notebook", '<a href="../_sources/book/a.md" target="_blank">.md</a>', None),
    ("mend_controls", '<div class="bd-content">', '<div class="bd-content without-contents">'),
    ("mend_controls", '<div class="bd-content"><div class="page-toc tocsection">', None),
    ("mend_controls", '<html lang="en" data-theme="auto">', '<html lang="en" data-theme="light">'),
    ("name_landmarks", START.format(""), START.format(' role="navigation" aria-label="Site"')),
]


@pytest.mark.parametrize(("step", "before", "after"), CASES)
def test_correction(step, before, after):
    correct = getattr(page_cleanup, step)
    after = before if after is None else after
    assert correct(before) == after
    assert correct(after) == after, "a second pass must change nothing"


def test_pictures_of_the_book_get_their_size_and_load_late(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "a b.png").write_bytes(png(30, 20))
    sized = page_cleanup.size_images('<img alt="x" src="_images/a%20b.png" />', tmp_path)
    assert sized == '<img loading="lazy" width="30" height="20" alt="x" src="_images/a%20b.png" />'
    assert page_cleanup.size_images(sized, tmp_path) == sized


@pytest.mark.parametrize("tag", [
    '<img src="data:image/png;base64,AAAA" />',
    '<img src="_static/favicon.svg" />',
    '<img loading="lazy" src="_images/a.png" style="width: 50%;" />',  # given by the author
])  # fmt: skip
def test_other_pictures_and_sizes_are_left_alone(tmp_path, tag):
    assert page_cleanup.size_images(tag, tmp_path) == tag


def test_clean_applies_every_correction(tmp_path):
    page = "".join(before for _, before, _ in CASES)
    cleaned = page_cleanup.clean(page, tmp_path)
    for step in {step for step, _, _ in CASES}:
        assert getattr(page_cleanup, step)(cleaned) == cleaned
