import ast
from pathlib import Path

from matplotlib import font_manager, rc_context, rcParams

from lsdl_helpers.plots import WIDTH, use_style
from tests.book.figure_style import SIZES, SMALLEST, WIDEST, illegible

PACKAGE = Path(__file__).parents[2] / "lsdl_helpers"


def test_no_letter_of_the_style_is_too_small_for_a_phone():
    with rc_context():
        use_style()
        assert rcParams["figure.figsize"][0] == WIDTH <= WIDEST
        sizes = {key: rcParams[key] for key in rcParams if SIZES.search(key)}
        assert {"font.size", "xtick.labelsize", "legend.fontsize", "axes.titlesize"} <= set(sizes)
        for key, size in sizes.items():
            points = font_manager.FontProperties(size=size).get_size_in_points()
            assert points >= SMALLEST, key


def test_no_figure_of_the_package_is_too_wide_and_no_letter_too_small():
    found = {
        path.name: list(illegible(ast.parse(path.read_text()))) for path in PACKAGE.rglob("*.py")
    }
    assert not {name: what for name, what in found.items() if what}
