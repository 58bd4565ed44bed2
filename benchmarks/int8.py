"""How much faster the speech network is in int8 and bfloat16 than in float32, one thread.

Random weights, which take as long as trained ones. The two sides are timed in turn; printed are
the prediction from bytes and operations, the ratio with its 95 % interval, and the relative
error of the outputs.

    python benchmarks/int8.py [--seconds 10]
"""

import copy
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported

import torch

from lsdl_helpers.commands.numbers import duration
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.cpu import (
    SPEECH_WIDTHS,
    find_engine,
    fully_connected,
    quantize_dynamic,
    quantize_linear,
    with_weight_bytes,
)
from lsdl_helpers.measure import compare, cost, limits, predict_time

TARGETS = {("int8", 1): 2.5, ("int8", 8): 4.0}


def goal(ratio: float, target: float | None) -> str:
    """Say whether a ratio reaches its target, if it has one."""
    return "" if target is None else f"   goal {target}: {'met' if ratio >= target else 'missed'}"


def main() -> None:
    """Read the options and print a row a network and batch."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=duration, default=10, help="for one ratio (10)")
    seconds = parser.parse_args().seconds
    torch.set_num_threads(1)
    machine, model = limits(device="cpu"), fully_connected(SPEECH_WIDTHS).eval()
    bfloat16 = copy.deepcopy(model).bfloat16()
    # Name, bytes of a weight, dtype of the products, network.
    networks = [
        ("int8", 1, "int8", quantize_dynamic(model)),
        ("bfloat16", 2, "bfloat16", lambda x: bfloat16(x.bfloat16()).float()),
        ("int8, from scratch", 1, "int8", quantize_linear(model)),
    ]
    print(f"float32 / other, torch's int8 by the engine {find_engine()!r}")
    for batch in (1, 4, 8):
        x = torch.randn(batch, SPEECH_WIDTHS[0], generator=torch.Generator().manual_seed(batch))
        counts = cost(model, x.shape)
        predicted = predict_time(counts, machine).seconds
        for name, size, dtype, other in networks:
            smaller = predict_time(with_weight_bytes(counts, size), machine, dtype=dtype).seconds
            with torch.inference_mode():
                expected = model(x)
                error = ((other(x) - expected).norm() / expected.norm()).item()
                fns = {"float32": lambda x=x: model(x), "other": lambda x=x, f=other: f(x)}
                result = compare(**fns, seconds=seconds, device="cpu")
            low, high = result.interval
            verdict = goal(result.ratio, TARGETS.get((name, batch)))
            print(f"batch {batch}  {name:20} predicted {predicted / smaller:5.2f}×  "
                  f"measured {result.ratio:5.2f}× ({low:.2f} to {high:.2f})  "
                  f"error {error:.1e}{verdict}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
