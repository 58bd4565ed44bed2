"""The icon fonts hold what the site shows, and little else."""

import pytest

from book._ext import icon_fonts

CSS = """.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-bomb:before{content:"\\f1e2"}
.fa-solid{font-weight:900}.fa-spin{animation:spin 2s}.other:after{content:"\\f107"}"""


def test_icon_names():
    assert icon_fonts.icon_names('<i class="fa-solid fa-arrow-up">') == {"solid", "arrow-up"}


def test_rules_of_icons_that_are_not_shown_go():
    pruned = icon_fonts.prune_icon_rules(CSS, {"navicon"})
    assert pruned == CSS.replace('.fa-bomb:before{content:"\\f1e2"}', "")


def test_code_points():
    assert icon_fonts.code_points(CSS) == {0xF0C9, 0xF1E2, 0xF107}
    assert icon_fonts.code_points('content:"\uf0c9"') == {0xF0C9}


@pytest.mark.slow
def test_fonts_of_the_built_site_hold_every_icon_on_it(html):
    from fontTools.ttLib import TTFont

    fonts = html.glob("_static/vendor/fontawesome/webfonts/*.woff2")
    held = set().union(*(TTFont(font).getBestCmap() for font in fonts))
    sheet = (html / "_static/styles/pydata-sphinx-theme.css").read_text("utf-8")
    shown = icon_fonts.code_points(sheet)
    assert len(shown) < 100, "the icons of a site, not all of Font Awesome"
    assert shown <= held
