"""Exercises of the chapter gpu/timing."""

import numbers
from collections.abc import Callable
from typing import Any

from lsdl_helpers.labs.checks import Exercise, Function, Number

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


def _examine_clock(answer: Callable[[_Recorder, Callable[[], Any]], float]) -> str | None:
    device, calls = _Recorder(), []
    seconds = answer(device, lambda: calls.append(1))
    if "submit" not in device.log or len(calls) != 1:
        return f"submit the function to the device once; it was called {len(calls)} times"
    if device.log[-1] != "wait":
        return "the clock stops before the device is done"
    if device.log[0] != "wait":
        return "what was queued before is timed, too: wait before the clock starts"
    if not isinstance(seconds, numbers.Real) or seconds < 0:
        return f"it returns {seconds!r} instead of the seconds that have passed"
    return None


def _clock(orders: str, seconds: Any = 0.0) -> Callable[[_Recorder, Callable[[], Any]], Any]:
    """Return an answer that gives these orders."""

    def answer(device: _Recorder, fn: Callable[[], Any]) -> Any:
        for order in orders.split():
            device.synchronize() if order == "wait" else device.submit(fn)
        return seconds

    return answer


EXERCISES = (
    Exercise(
        title="A clock that waits",
        question="Write a function that takes a device like `gpu`, with `submit` and "
        "`synchronize`, and a function `fn`, and returns the seconds that the device takes for "
        "`fn`. There may be unfinished orders in its queue already.",
        hint="two waits: one before the clock starts, one before it stops",
        judge=Function("a device and a function", _examine_clock),
        remark="The first wait keeps older work out of the time, the second one the new work in.",
        wrong=(
            (_clock("wait submit"), "before the device is done"),
            (_clock("submit wait"), "queued before"),
            (_clock("wait submit wait", seconds=None), "returns None instead"),
            (_clock("wait submit submit wait"), "called 2 times"),
            (_clock("wait"), "submit the function"),
        ),
    ),
    Exercise(
        title="Two uncertain medians",
        question="Runs of a program, old and new alike, have an interquartile range of 6 % of "
        "the median. You want the ratio of the two medians to 2 %. How many runs of each does "
        "it take? For independent errors, the square of the error of a ratio (in percent) is "
        "the sum of the squares.",
        hint="errors that are independent add as squares; the formula holds for each median",
        judge=Number(
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
        remark="Twice the 29.8 runs of one median: a ratio has two uncertain sides.",
    ),
    Exercise(
        title="One of the two GPUs",
        question="A program uses one of the two GPUs of a GTX 690, at its boost clock of 1.019 "
        "GHz. How many times the FLOP/s of the i7-4770K is that, whose 4 cores do 32 operations "
        "a cycle at 3.5 GHz?",
        hint="cores × operations a cycle × clock, for each of the two",
        judge=Number(
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
        remark="384 times the cores, 7 times the FLOP/s.",
    ),
    Exercise(
        title="The crossing",
        question="A network does 1 MFLOP for an input of 64 kB. The CPU reaches 100 GFLOP/s and "
        "has a fixed time of 10 µs, the accelerator 10 TFLOP/s and 90 µs, the link 16 GB/s. "
        "Results are small. What is the smallest batch for which the accelerator is faster?",
        hint="fixed costs: their difference; costs of an input: their difference; divide",
        judge=Number(
            14,
            {
                9: "the transfer of an input takes time, too",
                16: "the CPU has a fixed cost, too",
                13: "at 13 the CPU is still ahead",
                10: "the transfer of an input takes time, too",
                8: "the transfer of an input takes time, too; and at 8 the CPU is still ahead",
            },
        ),
        remark="80 µs more to begin with, 5.9 µs less an input: from 13.6 inputs on.",
    ),
)
