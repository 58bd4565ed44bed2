"""Why networks must be large: their growth, their sizes, and scaling laws."""

from lsdl_helpers.large.growth import NERVOUS_SYSTEMS, NETWORKS
from lsdl_helpers.large.scaling import PowerLaw, fit_power_law
from lsdl_helpers.large.sizes import network_sizes

__all__ = ["NERVOUS_SYSTEMS", "NETWORKS", "PowerLaw", "fit_power_law", "network_sizes"]
