"""Exercises of the chapter cpu/fixed_point."""

from lsdl_helpers.labs.checks import Exercise, Number

EXERCISES = (
    Exercise(
        title="Inputs of 7 bits",
        question="In the first section the error of the inputs was 0.93 %, that of the weights "
        "0.39 %. torch keeps inputs to codes from 0 to 127, over the same range; the weights "
        "stay. What error of the layer does that section's formula predict, in percent?",
        hint="by what does the inputs' scale grow? and how do two errors add up?",
        judge=Number(
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
        remark="255/127 of 0.93 % is 1.87 %, which outweighs the weights' 0.39 %.",
    ),
    Exercise(
        title="Bits of an accumulator",
        question="A hidden layer of the speech network adds up 2000 products of codes from 0 to "
        "255 with codes from -127 to 127. How many bits, with the sign, does an accumulator "
        "need so that no input whatever can make it overflow?",
        hint="2 to which power is just above 2000 · 255 · 127? and where is the sign?",
        judge=Number(
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
        remark="64,770,000 is just below 2^26 = 67,108,864, and the sign takes one more.",
    ),
    Exercise(
        title="Pairs in 16 bits",
        question="Weights are codes from -127 to 127, and SSSE3 adds two products in 16 bits, "
        "which end at 32,767. What is the largest code of the inputs with which no pair can "
        "saturate?",
        hint="two products of it with the largest weight must stay within 32,767",
        judge=Number(
            129,
            {
                127: "7 bits are safe, and two codes more would be, too",
                128: "one code more still fits: 2 · 129 · 127 = 32,766",
                130: "2 · 130 · 127 = 33,020 does not fit",
                258: "two products are added, not one",
                255: "2 · 255 · 127 = 64,770 does not fit",
            },
        ),
        remark="2 · 129 · 127 = 32,766: one below the end. 7 bits, up to 127, are what is used.",
    ),
    Exercise(
        title="How many times faster",
        question="A processor reads 20 GB/s from memory and reaches 100 GFLOP/s in float32, "
        "1000 billion operations a second in int8. By the roofline, how many times faster is a "
        "layer of 4000×4000 weights in int8, at batch 16? Count the bytes of the weights only; "
        "a multiply-add is two operations.",
        hint="four times: bytes and arithmetic, for each of the two; the longer one counts",
        judge=Number(
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
        remark="5.12 ms of arithmetic against 0.8 ms of reading: each side has its own limit.",
    ),
)
