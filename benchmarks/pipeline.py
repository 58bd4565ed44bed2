"""How near the measured bubble of a pipeline comes to the formula, under each schedule.

Stages wait in place of computing, 0.1 s forward and 0.2 s backward a micro-batch (half as long
where a rank has two stages), so that two cores can play four devices. Printed are the medians.

    python benchmarks/pipeline.py [--repeats 3]
"""

import statistics

from lsdl_helpers.commands.numbers import whole_number
from lsdl_helpers.commands.parser import Parser
from lsdl_helpers.parallel.model.pipeline_simulator import bubble, predicted_bubble
from lsdl_helpers.parallel.model.waiting_stage import measure_trace

CASES = [  # schedule, ranks, micro-batches, chunks
    ("gpipe", 2, 4, 1),
    ("gpipe", 4, 4, 1),
    ("gpipe", 4, 8, 1),
    ("1f1b", 2, 4, 1),
    ("1f1b", 4, 4, 1),
    ("1f1b", 4, 8, 1),
    ("interleaved", 4, 8, 2),
]


def main() -> None:
    """Run each case several times, and print its bubble beside the formula's."""
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=whole_number(1), default=3)
    repeats = parser.parse_args().repeats
    print(f"{'schedule':12} ranks micro-batches chunks   formula  measured  difference")
    for schedule, p, m, v in CASES:
        waits = {"forward_s": 0.1 / v, "backward_s": 0.2 / v}
        measured = statistics.median(
            bubble(measure_trace(schedule, p, m, v, **waits)) for _ in range(repeats)
        )
        formula = predicted_bubble(p, m, v)
        print(f"{schedule:12} {p:5} {m:13} {v:6} {formula:9.3f} {measured:9.3f} "
              f"{measured - formula:+11.3f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
