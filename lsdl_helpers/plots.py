"""How figures look: legible in light and dark, and to color-blind readers."""

# Okabe and Ito's palette, without yellow and black; each color comes with a line style.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))


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
        "figure.figsize": (6.4, 3.6),
        "figure.dpi": 110,
        "figure.constrained_layout.use": True,
        "font.size": 11,
    })  # fmt: skip
