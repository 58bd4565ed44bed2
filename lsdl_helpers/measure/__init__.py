"""Counting and timing: the clock, what a network costs, what a machine can do."""

from lsdl_helpers.measure.calibration import calibrate, limits
from lsdl_helpers.measure.cost import Cost, LayerCost, cost
from lsdl_helpers.measure.frontier import frontier
from lsdl_helpers.measure.kinds import KINDS, layer_kind, time_by_kind, work_by_kind
from lsdl_helpers.measure.machine import Machine, machine, processor_name
from lsdl_helpers.measure.machine_limits import Limits
from lsdl_helpers.measure.memory import peak_bytes
from lsdl_helpers.measure.processors import Processor, list_processors, processor
from lsdl_helpers.measure.roofline import LayerTime, PredictedTime, predict_time
from lsdl_helpers.measure.statistics import bootstrap, mean_and_error, paired_difference
from lsdl_helpers.measure.timing import Comparison, Timing, benchmark, compare
from lsdl_helpers.measure.timing_table import timing_table
from lsdl_helpers.measure.user_folder import user_folder

__all__ = [
    "KINDS", "Comparison", "Cost", "LayerCost", "LayerTime", "Limits", "Machine", "PredictedTime",
    "Processor", "Timing", "benchmark", "bootstrap", "calibrate", "compare", "cost", "frontier",
    "layer_kind", "limits", "list_processors", "machine", "mean_and_error", "paired_difference",
    "peak_bytes", "predict_time", "processor", "processor_name", "time_by_kind", "timing_table",
    "user_folder", "work_by_kind",
]  # fmt: skip
