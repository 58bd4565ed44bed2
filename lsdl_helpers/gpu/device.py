"""The accelerator of this machine as an asynchronous queue; where there is none, a stand-in."""

from collections.abc import Callable
from typing import Any

import torch

from lsdl_helpers.gpu.standin import StandIn


class Accelerator:
    """The accelerator that torch finds: CUDA, ROCm (which torch calls cuda, too), MPS or XPU."""

    is_standin = False

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def submit(self, fn: Callable[[], Any]) -> None:
        """Call a function whose operations the accelerator queues by itself."""
        fn()

    def synchronize(self) -> None:
        """Wait until all that was queued is done."""
        torch.accelerator.synchronize()

    def fetch(self, tensor: torch.Tensor) -> torch.Tensor:
        """Copy a result to the CPU, which waits for it.

        >>> on_gpu = torch.ones(2, device="cuda")  # doctest: +SKIP
        >>> Accelerator(torch.device("cuda")).fetch(on_gpu).device  # doctest: +SKIP
        device(type='cpu')
        """
        return tensor.cpu()

    def __repr__(self) -> str:
        return f"an accelerator: {self.device.type}"


def find_device() -> Accelerator | StandIn:
    """Return the accelerator of this machine, or a stand-in that says that it is one.

    >>> find_device()
    a stand-in: one thread of the CPU works off a queue (no GPU here)
    """
    device = torch.accelerator.current_accelerator(check_available=True)
    return StandIn() if device is None else Accelerator(device)
