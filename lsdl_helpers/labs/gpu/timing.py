"""Exercises of the chapter gpu/timing."""

import numbers
from collections.abc import Callable
from typing import Any

from lsdl_helpers.labs.checks import Exercise, number

_ONE_GPU = 1536 * 2 * 1.019 / 448


class _Recorder:
    """A device that only writes down what it is told."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def submit(self, fn: Callable[[], Any]) -> None:
        self.log.append("submit")
        fn()

    def synchronize(self) -> None:
        self.log.append("wait")


def _judge_clock(answer: Callable[[_Recorder, Callable[[], Any]], float]) -> str | None:
    if not callable(answer):
        return f"the answer is a function of a device and a function, not {type(answer).__name__}"
    device, calls = _Recorder(), []
    try:
        seconds = answer(device, lambda: calls.append(1))
    except Exception as error:
        return f"it raises {error!r}"
    if "submit" not in device.log or len(calls) != 1:
        return f"submit the function to the device once; it was called {len(calls)} times"
    if device.log[-1] != "wait":
        return "the clock stops before the device is done"
    if device.log[0] != "wait":
        return "what was queued before is timed, too: wait before the clock starts"
    if not isinstance(seconds, numbers.Real) or seconds < 0:
        return f"it returns {seconds!r} instead of the seconds that have passed"
    return None


EXERCISES = (
    Exercise(
        asks="a function: (device, fn) -> seconds that the device takes for fn",
        hint="two waits: one before the clock starts, one before it stops",
        judge=_judge_clock,
        right="The first wait keeps older work out of the time, the second one the new work in.",
    ),
    Exercise(
        asks="the number of runs of each side, rounded up",
        hint="errors that are independent add as squares; the formula holds for each median",
        judge=number(
            60,
            {
                30: "both medians are uncertain, not only one",
                120: "two medians: twice the runs of one, not four times",
                11: "runs grow with the square of the spread",
                8: "runs grow with the square of the spread",
                6: "runs grow with the square of the spread, and both medians are uncertain",
                43: "the square root of 2 is squared as well",
            },
        ),
        right="Twice the 29.8 runs of one median: a ratio has two uncertain sides.",
    ),
    Exercise(
        asks="the FLOP/s of one of the two GPUs, divided by those of the i7-4770K",
        hint="cores × operations a cycle × clock, for each of the two",
        judge=number(
            _ONE_GPU,
            {
                2 * _ONE_GPU: "a program for one GPU has 1536 of the 3072 cores",
                _ONE_GPU / 1.019 * 0.915: "that is the base clock; asked is the boost clock",
                2 * _ONE_GPU / 1.019 * 0.915: "one GPU, at its boost clock",
                _ONE_GPU / 2: "a multiply-add is two operations",
                384.0: "cores are counted differently: one of the CPU does 32 operations a cycle",
                768.0: "cores are counted differently: one of the CPU does 32 operations a cycle",
            },
            tolerance=5e-3,
        ),
        right="384 times the cores, 7 times the FLOP/s.",
    ),
    Exercise(
        asks="the smallest batch, a whole number",
        hint="fixed costs: their difference; costs of an input: their difference; divide",
        judge=number(
            14,
            {
                9: "the transfer of an input takes time, too",
                16: "the CPU has a fixed cost, too",
                13: "at 13 the CPU is still ahead",
                10: "the transfer of an input takes time, too",
                8: "the transfer of an input takes time, too; and at 8 the CPU is still ahead",
            },
        ),
        right="80 µs more to begin with, 5.9 µs less an input: from 13.6 inputs on.",
    ),
)
