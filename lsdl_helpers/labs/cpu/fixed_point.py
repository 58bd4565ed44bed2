"""Exercises of the chapter cpu/fixed_point."""

from collections.abc import Callable
from typing import Any

from lsdl_helpers.labs.checks import Exercise, number

# floats, scale, zero point, their codes, and what a wrong answer overlooks
_CASES = (
    ([0.0, 1.0, -0.5], 0.5, 10, [10, 12, 9], "0 gets the zero point, and a scale more is 1 more"),
    ([0.4, 0.6, -0.6], 1.0, 3, [3, 4, 2], "round to the nearest whole number"),
    ([100.0, -100.0], 0.5, 10, [210, 0], "what is too small gets 0"),
    ([1000.0], 0.5, 10, [255], "what is too large gets 255"),
)


def _judge_quantize(answer: Callable[..., Any]) -> str | None:
    import torch

    if not callable(answer):
        return f"the answer is a function of floats, scale, zero point, not {type(answer).__name__}"
    for values, scale, zero_point, codes, advice in _CASES:
        said = f"{values} with scale {scale} and zero point {zero_point}"
        try:
            found = answer(torch.tensor(values), scale, zero_point)
            numbers = found.tolist()
        except Exception as error:
            return f"{said} raises {error!r}"
        if numbers != codes:
            return f"{said} gives {numbers} instead of {codes}; {advice}"
    if found.is_floating_point():
        return f"the codes are right, and still floats ({found.dtype}): end with .int()"
    return None


EXERCISES = (
    Exercise(
        asks="a function: (floats, scale, zero point) -> codes from 0 to 255",
        hint="divide, round, shift, and only then cut",
        judge=_judge_quantize,
        right="Cut last: the zero point moves the range, too.",
    ),
    Exercise(
        asks="the number of bits, the sign among them",
        hint="the largest sum is 2000 · 255 · 127; 2 to which power is just above it?",
        judge=number(
            27,
            {
                26: "the sign takes a bit, too",
                28: "the smallest number of bits that is safe: there is one less",
                16: "that holds one product",
                17: "that holds two products",
                32: "that is what processors have; fewer would do",
                21: "that is enough for the one sum that you have seen, not for every input",
            },
        ),
        right="64,770,000 is just below 2^26 = 67,108,864, and the sign takes one more.",
    ),
    Exercise(
        asks="the largest code",
        hint="two products of it with the largest weight must stay within 32,767",
        judge=number(
            129,
            {
                127: "7 bits are safe, and two codes more would be, too",
                128: "one code more still fits: 2 · 129 · 127 = 32,766",
                130: "2 · 130 · 127 = 33,020 does not fit",
                258: "two products are added, not one",
                255: "2 · 255 · 127 = 64,770 does not fit",
            },
        ),
        right="2 · 129 · 127 = 32,766: one below the end. 7 bits, up to 127, are what is used.",
    ),
    Exercise(
        asks="the time in float32 divided by that in int8",
        hint="four times: bytes and arithmetic, for each of the two; the longer one counts",
        judge=number(
            6.4,
            {
                10.0: "in int8 reading the weights takes longer than the arithmetic",
                4.0: "in float32 the arithmetic takes longer than reading the weights",
                6.25: "float32: which is longer, reading or arithmetic? and int8?",
                3.2: "a multiply-add is two operations",
                0.15625: "how many times faster: float32 over int8",
            },
            tolerance=2e-3,
        ),
        right="5.12 ms of arithmetic against 0.8 ms of reading: each side has its own limit.",
    ),
)
