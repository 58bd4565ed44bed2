"""The time of a network, from what it costs and what the machine can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from lsdl_helpers.ledger.quantity import format_quantity
from lsdl_helpers.measure.cost import Cost, LayerCost
from lsdl_helpers.measure.machine_limits import Limits

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LayerTime:
    """The predicted seconds of one layer: arithmetic, memory traffic, launch."""

    name: str
    kind: str
    arithmetic_s: float
    traffic_s: float
    launch_s: float
    queued: bool = False

    @property
    def seconds(self) -> float:
        """The longer of arithmetic and traffic, which overlap, and the launch.

        On an accelerator the launch overlaps, too: kernels are queued while others run.
        """
        if self.queued:
            return max(self.arithmetic_s, self.traffic_s, self.launch_s)
        return max(self.arithmetic_s, self.traffic_s) + self.launch_s

    @property
    def limited_by(self) -> str:
        """Arithmetic, traffic or launch, whichever takes longest."""
        parts = ("arithmetic", "traffic", "launch")
        return max(parts, key=lambda part: getattr(self, f"{part}_s"))


@dataclass(frozen=True)
class PredictedTime:
    """The predicted time of a network, layer by layer and in total."""

    layers: tuple[LayerTime, ...]

    @property
    def seconds(self) -> float:
        """For one forward pass."""
        return sum(layer.seconds for layer in self.layers)

    def share(self, limit: str) -> float:
        """Return the part of the time that goes to layers limited by this, from 0 to 1.

        Args:
            limit: "arithmetic", "traffic" or "launch".
        """
        return sum(x.seconds for x in self.layers if x.limited_by == limit) / self.seconds

    def table(self) -> pd.DataFrame:
        """Return the layers that take time, a row a layer, in milliseconds."""
        import pandas as pd

        rows = {
            x.name: {
                "kind": x.kind,
                "arithmetic_ms": 1e3 * x.arithmetic_s,
                "traffic_ms": 1e3 * x.traffic_s,
                "predicted_ms": 1e3 * x.seconds,
                "limited_by": x.limited_by,
            }
            for x in self.layers
            if x.seconds
        }
        return pd.DataFrame.from_dict(rows, orient="index")

    def __repr__(self) -> str:
        shares = {limit: self.share(limit) for limit in ("arithmetic", "traffic", "launch")}
        text = ", ".join(f"{part:.0%} {limit}" for limit, part in shares.items())
        return f"{format_quantity(self.seconds * 1e3, 'ms')} predicted ({text})"


def predict_time(
    cost: Cost, machine: Limits, *, dtype: str | torch.dtype = "float32", threads: int = 1
) -> PredictedTime:
    """Predict how long one forward pass takes.

    A layer takes max(FLOPs / peak, bytes / bandwidth) + overhead, on an accelerator the longest of
    the three, and a network the sum of its layers. The bandwidth is that of the working set: a
    layer's own for what it reads and writes of activations, the whole network's weights for its
    weights, as each pass needs all of them once. Nothing is fitted to a network. [Williams,
    Waterman, Patterson, 2009: Roofline]

    Args:
        cost: what the network costs, from :func:`~lsdl_helpers.measure.cost.cost`.
        machine: its :class:`~lsdl_helpers.measure.machine_limits.Limits`; their bandwidth is
            that of one thread, so that more threads are predicted too slow where traffic decides.
            On NVIDIA GPUs torch's convolutions of float32 use the faster TF32 unless that is turned
            off, and give the peak; its matrix product does not and stays far below.
        dtype: that of the network.
        threads: CPU threads.

    Raises:
        ValueError: if no peak is known for that dtype and number of threads.

    >>> from lsdl_helpers.measure import cost, limits
    >>> predict_time(cost(nn.Linear(4096, 1000), (1, 4096)), limits(reference=True))
    limits: ...
    0.1... ms predicted (0% arithmetic, 100% traffic, 0% launch)
    """
    peak = machine.peak(dtype, threads)
    layers = [_layer_time(layer, cost.weight_bytes, peak, machine) for layer in cost.layers]
    return PredictedTime(tuple(layers))


def _layer_time(layer: LayerCost, all_weights: int, peak: float, machine: Limits) -> LayerTime:
    works = layer.moved_bytes or layer.multiply_adds
    weights = min(layer.weight_bytes, layer.moved_bytes)
    activations = layer.moved_bytes - weights
    traffic_s = weights / machine.bandwidth(all_weights) if weights else 0.0
    traffic_s += activations / machine.bandwidth(activations) if activations else 0.0
    return LayerTime(
        name=layer.name,
        kind=layer.kind,
        arithmetic_s=2 * layer.multiply_adds / peak,
        traffic_s=traffic_s,
        launch_s=machine.overhead_s if works else 0.0,
        queued=machine.device != "cpu",
    )
