"""The cluster example, in which one rank does not get beyond a step: killed, or waiting.

The variable INTERRUPT lists, for each start of the program, which rank, which step and how.
"""

import importlib.util
import json
import os
import signal
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "cluster" / "train.py"


def kill(*args) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def wait(*args) -> None:
    time.sleep(3600)


def kill_in_writing(*args) -> None:
    """Die when the next checkpoint has its content and not yet its name."""
    os.fsync = kill


def load_example():
    spec = importlib.util.spec_from_file_location("train", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    return example


def interrupt(example, rank: int, step: int, how: str) -> None:
    """Have it happen before a step of the example."""
    my_examples = example.my_examples

    def interrupted(now, context, *args):
        if (context.rank, now) == (rank, step):
            {"kill": kill, "wait": wait, "writing": kill_in_writing}[how]()
        return my_examples(now, context, *args)

    example.my_examples = interrupted


def interrupt_as_planned(example) -> None:
    """Have happen what is listed for this start of the program, if anything."""
    starts = [int(os.environ.get(f"{launcher}_RESTART_COUNT", 0)) for launcher in
              ("TORCHELASTIC", "SLURM")]  # fmt: skip
    for plan in json.loads(os.environ["INTERRUPT"])[sum(starts) :][:1]:
        interrupt(example, *plan)


if __name__ == "__main__":
    example = load_example()
    interrupt_as_planned(example)
    example.main()
