"""The search: what students type leads to the page that they want, whatever they read with."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from book._ext import search
from book._ext.page_cleanup import SEARCH_SCRIPTS
from tools.localhost import served

GLOSSARY = "book/glossary"
# What is typed, and the page that must be among the first three: where no page covers it, the
# glossary. A word that finds another: see ALSO in book/_ext/search.py, and "Also:" in the glossary.
QUERIES = {
    "1x1 convolution": GLOSSARY,
    "activation checkpointing": GLOSSARY,
    "all-reduce": "book/parallel/data_parallel",
    "allreduce": "book/parallel/data_parallel",
    "Amdahl": GLOSSARY,
    "asynchronous": "book/gpu/timing",
    "attention": "book/parallel/model_parallel",
    "auxiliary classifier": "book/models/inception",
    "batch norm folding": "book/models/cost",
    "batch size": "book/parallel/data_parallel",
    "bf16": "book/hardware/formats",
    "bfloat16": "book/hardware/formats",
    "calibration": "book/models/classify",
    "cascade": "book/dynamic/cascades",
    "connectionism": "book/large/scale",
    "CUDA": "book/gpu/timing",
    "data parallel": "book/parallel/data_parallel",
    "DDP": "book/parallel/data_parallel",
    "degradation": "book/models/resnet",
    "depthwise": "book/models/xception",
    "distillation": "book/compression/mimic",
    "embedding": "book/large/specialized",
    "expert parallelism": GLOSSARY,
    "exploding gradient": GLOSSARY,
    "face detection": "book/dynamic/cascades",
    "flash attention": GLOSSARY,
    "fp16": "book/hardware/formats",
    "FSDP": GLOSSARY,
    "global average pooling": "book/models/inception",
    "gradient accumulation": GLOSSARY,
    "hierarchical softmax": "book/large/specialized",
    "ImageNet": "book/models/classify",
    "Inception": "book/models/inception",
    "int8": "book/cpu/fixed_point",
    "Kaiming initialization": GLOSSARY,
    "kernel launch": "book/gpu/timing",
    "knowledge distillation": "book/compression/mimic",
    "large vocabulary": "book/large/specialized",
    "latency": "book/parallel/data_parallel",
    "learning rate warmup": GLOSSARY,
    "loss scaling": "book/hardware/formats",
    "MapReduce": "book/bibliography",
    "mixed precision": "book/hardware/formats",
    "mixture of experts": GLOSSARY,
    "model parallel": "book/parallel/model_parallel",
    "NCCL": GLOSSARY,
    "NVLink": GLOSSARY,
    "parameter server": GLOSSARY,
    "Pareto frontier": GLOSSARY,
    "permuted pixels": "book/large/specialized",
    "pipeline": "book/parallel/model_parallel",
    "precision recall": "book/dynamic/cascades",
    "pruning": GLOSSARY,
    "quantisation": "book/cpu/fixed_point",
    "quantization": "book/cpu/fixed_point",
    "receptive field": "book/models/vgg",
    "reduce-scatter": "book/parallel/model_parallel",
    "residual": "book/models/resnet",
    "ring_all_reduce": "book/api/lsdl_helpers/parallel/collectives/index",
    "roofline": "book/models/cost",
    "sampled softmax": "book/large/specialized",
    "scaling law": "book/large/scale",
    "separable convolution": "book/models/xception",
    "SIMD": GLOSSARY,
    "skip connection": "book/models/resnet",
    "tensor core": GLOSSARY,
    "tensor parallelism": "book/parallel/model_parallel",
    "TPU": GLOSSARY,
    "Triton": GLOSSARY,
    "vanishing gradient": "book/models/resnet",
    "warp": GLOSSARY,
    "Xception": "book/models/xception",
    "ZeRO": GLOSSARY,
}
HITS = "#search-results > li > h2 > a"
KIB = 1024


@pytest.fixture(scope="module")
def page(browser: Browser, site: str) -> Iterator[Page]:
    """The page of the search, on which one search follows another; nothing may go wrong."""
    page, errors = browser.new_page(), []
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site + "search.html")
    yield page
    assert errors == []
    page.close()


def hits(page: Page, query: str) -> list[str]:
    """Search, and return the pages that are shown, the first one first."""
    field = page.locator(".bd-search-container input")
    field.fill(query)
    field.press("Enter")
    page.locator("#search-status", has_text=f"“{query}”").wait_for()
    return shown(page)


def shown(page: Page) -> list[str]:
    found = page.locator(HITS).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [address.removesuffix(".html") for address in found]


def status(page: Page) -> str:
    return page.get_by_role("status").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize(("query", "wanted"), QUERIES.items(), ids=list(QUERIES))
def test_the_page_is_among_the_first_three(page, query, wanted):
    assert wanted in hits(page, query)[:3]


@pytest.mark.slow
@pytest.mark.parametrize("query", ["data parallel", "batch size", "cascade"])
def test_pages_stand_before_the_package_and_the_bibliography(page, query):
    count = len(hits(page, query))
    while (more := page.get_by_role("button", name="More pages")).is_visible():
        more.click()
        page.wait_for_function(f"document.querySelectorAll('{HITS}').length > {count}")
        count = len(shown(page))
    late = [name.startswith(search.REFERENCE) for name in shown(page)]
    assert True in late
    assert late == sorted(late)


@pytest.mark.slow
def test_a_hit_leads_to_sections(page, html):
    hits(page, "all-reduce")
    links = page.locator("#search-results li p > a")
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert "book/glossary.html#term-all-reduce" in addresses
    for address in addresses:
        file, anchor = address.split("#")
        assert f'id="{anchor}"' in (html / file).read_text("utf-8"), address
    assert all(len(item.locator("p > a").all()) <= 3 for item in page.locator(HITS + ">> ..").all())


@pytest.mark.slow
def test_keyboard_screen_reader_and_address(page, site):
    hits(page, "roofline")
    assert status(page).endswith("pages for “roofline”")
    assert page.url == site + "search.html?q=roofline"
    page.locator(".bd-search-container input").press("Tab")
    assert page.evaluate(f"document.activeElement === document.querySelector('{HITS}')")
    before = page.locator(HITS).count()
    page.get_by_role("button", name="More pages").click()
    page.wait_for_function(f"document.querySelectorAll('{HITS}').length > {before}")
    focused = page.locator(HITS).nth(before)
    assert focused.evaluate("link => link === document.activeElement")


@pytest.mark.slow
@pytest.mark.parametrize("query", ["kubernetes", "§§§"])
def test_without_a_hit_the_page_says_so_and_helps(page, query):
    assert hits(page, query) == []
    assert status(page) == f"No page has “{query}”. Try another word, or fewer."
    assert not page.get_by_role("button", name="More pages").is_visible()
    assert page.locator(".search-help a").count() == 2


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_hits_can_be_read_by_all(page, scheme, width):
    hits(page, "roofline")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
    page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_a_first_search_is_light_and_works_in_a_folder_of_a_host(browser, html):
    with served(html.parent) as host, browser.new_context() as context:
        page, sizes = context.new_page(), {}
        page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
        page.goto(f"{host}{html.name}/search.html?q=all-reduce")
        page.locator(HITS).first.wait_for()
        page.wait_for_load_state("networkidle")
        loaded = {url: size for url, size in sizes.items() if "/pagefind/" in url}
        script = next(url for url in loaded if url.endswith("pagefind.js"))
        loaded[script] = len(gzip.compress((html / "pagefind" / "pagefind.js").read_bytes()))
        assert sum(loaded.values()) < 150 * KIB  # hosts compress scripts; the rest is compressed
        page.locator(HITS).first.click()
        page.wait_for_url("**/book/parallel/data_parallel.html")


@pytest.mark.slow
def test_without_javascript_or_a_host_the_page_says_so(browser, html, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site + "search.html")
        assert page.locator("noscript p", has_text="needs JavaScript").is_visible()
    page = browser.new_page()
    page.goto((html / "search.html").as_uri() + "?q=warp")
    assert "make serve" in status(page)
    page.close()


@pytest.mark.slow
def test_nothing_of_sphinx_search_is_published(html):
    assert {file.name for file in html.rglob("*.js")}.isdisjoint(SEARCH_SCRIPTS)
    pages = {page.name: page.read_text("utf-8") for page in html.rglob("*.html")}
    assert [p for p, text in pages.items() if any(name in text for name in SEARCH_SCRIPTS)] == []


ARTICLE = """\
<html lang="en"><body><p>chrome</p><article class="bd-article">
<section class="x" id="title">
<h1>Title<a class="headerlink" href="#title">#</a></h1>
<p>Of <span class="katex"><span class="katex-mathml"><math><semantics><mi>K</mi><annotation>\\K
</annotation></semantics></math></span><span class="katex-html">K</span></span> stages.
<img src="data:image/png;base64,AAAA"></p>
<div class="cell_input docutils"><pre>import torch</pre></div>
<div class="cell_output docutils"><table><tr><th>time</th><td>3.14</td></tr></table></div>
<section id="part"><span id="old"></span><h2>Part<a class="headerlink" href="#part">#</a></h2>
<p>a &lt; b</p></section></section>
<dl><dt id="term-warp">warp<a class="headerlink">#</a></dt><dd><p>Threads.</p></dd></dl>
<dl><dt class="sig sig-object py" id="package.f">
<span class="sig-name descname"><span class="pre">f</span></span>(x)</dt></dl>
</article><p>footer</p></body></html>
"""


def indexed(folder: Path) -> dict[str, dict]:
    """Index an article twice, the second time by another name, and return what can be found."""
    for name in ("old", "page"):
        (folder / "copies").mkdir(exist_ok=True)
        copy = folder / "copies" / "page.html"
        copy.write_text(search.marked(search.article_of(ARTICLE), f"book/{name}", "A, B: C"))
        copy = copy.rename(copy.with_stem(name))
        search.index(copy.parent, folder / "index", "en")
        copy.unlink()
    packed = (gzip.decompress(file.read_bytes()) for file in (folder / "index/fragment").iterdir())
    pages = (json.loads(text[text.index(b"{") :]) for text in packed)
    return {page["url"]: page for page in pages}


def test_only_the_text_of_the_page_is_indexed_and_nothing_old_stays(tmp_path):
    pages = indexed(tmp_path)
    assert list(pages) == ["/page.html"]
    page = pages["/page.html"]
    assert page["content"] == "Title. Of K stages. time. Part. a < b. warp. Threads. f. (x)"
    assert page["meta"] == {"title": "Title", "shelf": "A, B: C"}
    anchors = {anchor["id"]: anchor["text"] for anchor in page["anchors"] if anchor["text"]}
    assert anchors == {"title": "Title", "part": "Part", "term-warp": "warp", "package.f": "f"}


def test_what_pagefind_cannot_do_ends_the_build(tmp_path):
    with pytest.raises(search.ExtensionError, match="Pagefind made no index"):
        search.index(tmp_path / "missing", tmp_path / "index", "en")
