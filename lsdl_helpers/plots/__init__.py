"""Style and shared plots of the figures."""

from lsdl_helpers.plots.growth import growth, loss_by_size
from lsdl_helpers.plots.number_formats import bit_fields, number_line, rounding_line
from lsdl_helpers.plots.performance import roofline, timeline
from lsdl_helpers.plots.photographs import Photographic, contact_sheet
from lsdl_helpers.plots.style import COLORS, LINE_STYLES, MARKERS, WIDTH, use_style

__all__ = [
    "COLORS", "LINE_STYLES", "MARKERS", "WIDTH", "Photographic", "bit_fields", "contact_sheet",
    "growth", "loss_by_size", "number_line", "roofline", "rounding_line", "timeline", "use_style",
]  # fmt: skip
