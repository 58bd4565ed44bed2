"""Collective operations: what they send, and latency and bandwidth of the links they use."""

from lsdl_helpers.parallel.collectives.all_reduce import Sent, ring_all_reduce
from lsdl_helpers.parallel.collectives.link import Link, fit_link
from lsdl_helpers.parallel.collectives.link_calibration import calibrate_parallel, time_all_reduces
from lsdl_helpers.parallel.collectives.slow_link import SlowLink

__all__ = [
    "Link", "Sent", "SlowLink", "calibrate_parallel", "fit_link", "ring_all_reduce",
    "time_all_reduces",
]  # fmt: skip
