"""Fast code for one CPU: quantization to int8, and the instructions for it."""

from lsdl_helpers.cpu.digit_classifier import (
    QuantizedErrors,
    digit_vectors,
    quantized_errors,
    train_digit_classifier,
)
from lsdl_helpers.cpu.inference import optimize_for_inference
from lsdl_helpers.cpu.int8 import QuantizedLinear, find_engine, quantize_dynamic, quantize_linear
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
    "LADDER", "SPEECH_WIDTHS", "Kernels", "LadderTimes", "NoCompiler", "QuantizedErrors",
    "QuantizedLinear",
    "compile_kernels", "digit_vectors", "find_engine", "fully_connected", "ladder_times",
    "optimize_for_inference", "pack", "pad", "quantize_dynamic", "quantize_linear",
    "quantized_errors", "step_source", "train_digit_classifier", "with_weight_bytes",
]  # fmt: skip
