"""Working with an accelerator, or with what stands in for one."""

from lsdl_helpers.gpu.device import Accelerator, find_device
from lsdl_helpers.gpu.standin import StandIn

__all__ = ["Accelerator", "StandIn", "find_device"]
