"""Style of all figures: legible on a phone, in light and dark, and to color-blind readers.

A phone shows a figure 340 px wide: of 4.6 inches, a letter of 10 points is then 10 px high. So no
figure is wider and no letter smaller, and what would stand side by side is stacked.
"""

# Okabe and Ito's palette, without yellow and black; each color comes with a line style.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
WIDTH = 4.6  # inches
DPI = 160  # sharp where a phone has two or three dots a pixel


def use_style() -> None:
    """Set matplotlib's defaults for the figures of the course."""
    from cycler import cycler
    from matplotlib import rcParams

    rcParams.update({
        "axes.prop_cycle": cycler(color=COLORS) + cycler(linestyle=LINE_STYLES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#dddddd",
        "axes.titlesize": "medium",
        "axes.formatter.min_exponent": 6,  # the exponent of a power is smaller than other letters
        "figure.figsize": (WIDTH, 3.2),
        "figure.dpi": DPI,
        "figure.constrained_layout.use": True,
        "font.size": 10,
        "savefig.pad_inches": 0.05,  # else a notebook adds a margin, and letters become smaller
    })  # fmt: skip
