"""Exercises of the chapter cpu/fixed_point."""

from lsdl_helpers.labs.checks import Exercise, number

EXERCISES = (
    Exercise(
        asks="the error of the layer in percent",
        hint="by what does the inputs' scale grow? and how do two errors add up?",
        judge=number(
            1.9,
            {
                1.01: "that is for inputs of 8 bits",
                1.87: "the weights have an error, too",
                2.03: "the weights keep their 8 bits",
                2.26: "the errors are independent: their squares add up",
                0.61: "fewer codes for the same range: the scale grows",
                0.019: "in percent",
            },
            tolerance=8e-3,
        ),
        right="255/127 of 0.93 % is 1.87 %, which outweighs the weights' 0.39 %.",
    ),
    Exercise(
        asks="the number of bits, the sign among them",
        hint="2 to which power is just above 2000 · 255 · 127? and where is the sign?",
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
