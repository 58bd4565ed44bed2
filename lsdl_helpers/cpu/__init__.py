"""Fast code for one CPU: whole numbers in place of floats, and the instructions for them."""

from lsdl_helpers.cpu.accuracy import Kept, characters, kept, trained
from lsdl_helpers.cpu.fast import fast
from lsdl_helpers.cpu.int8 import IntegerLinear, dynamic_int8, find_engine, integer
from lsdl_helpers.cpu.kernels import (
    LADDER,
    Kernels,
    NoCompiler,
    compile_kernels,
    pack,
    pad,
    step_source,
)
from lsdl_helpers.cpu.ladder import LadderTimes, ladder_times
from lsdl_helpers.cpu.speech import SPEECH_WIDTHS, fully_connected, with_weight_bytes

__all__ = [
    "LADDER", "SPEECH_WIDTHS", "IntegerLinear", "Kept", "Kernels", "LadderTimes", "NoCompiler",
    "characters", "compile_kernels", "dynamic_int8", "fast", "find_engine", "fully_connected",
    "integer", "kept", "ladder_times", "pack", "pad", "step_source", "trained",
    "with_weight_bytes",
]  # fmt: skip
