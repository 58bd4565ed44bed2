"""Exercises of the chapter models/xception."""

from lsdl_helpers.labs.checks import Exercise, Number

_HERE = 9 * 64 + 64 * 192  # multiply-adds at a position, 64 to 192 channels
_THERE = 9 * 192 + 192 * 192  # with three times as many filtered maps between

EXERCISES = (
    Exercise(
        title="Which routine to improve",
        question="In 3×3 separable convolutions the depthwise part computes at 16 GFLOP/s, the "
        "pointwise part at 160, and calls cost nothing. You may double the first rate, or raise "
        "the second by a quarter. Up to how many output channels is the first worth more?",
        hint="what time, for one channel and one position, does each change save?",
        judge=Number(
            225,
            {
                22.5: "the pointwise part runs at ten times the rate of the depthwise one",
                180: "a rate raised by a quarter saves a fifth of the time, not a quarter",
                18: "a rate raised by a quarter saves a fifth, and the two rates differ by ten",
                450: "a doubled rate saves half of the depthwise part's time, not all of it",
                90: "that is where the two parts take equally long as they are",
            },
            tolerance=0.002,
        ),
        remark="A share of 4 % of the work is worth more than one of 96 % up to there.",
    ),
    Exercise(
        title="Nothing fails",
        question="For a separable convolution from 64 to 192 channels somebody writes "
        "`nn.Conv2d(64, 192, 3, padding=1, groups=64)` and `nn.Conv2d(192, 192, 1)`. How many "
        "times the multiply-adds of a right one do the two take?",
        hint="how many maps come out of the first layer, and who reads them?",
        judge=Number(
            _THERE / _HERE,
            {
                (9 * 192 + 64 * 192) / _HERE: "the second layer reads 192 maps, not 64",
                (9 * 64 + 192 * 192) / _HERE: "the first layer has three filters a channel",
                9 * 64 * 192 / _HERE: "that is the standard convolution; here groups are 64",
                1: "count the maps between the two layers",
            },
            tolerance=1e-3,
        ),
        remark="Each channel got three filters, a depth multiplier of 3. As a separable "
        "convolution the first layer should have 64 channels out, and the second 64 in.",
    ),
    Exercise(
        title="More than the depthwise part gives",
        question="The depthwise part takes 300 of the two parts' 2,600 µs. In channels-last it is "
        "twice as fast, and the two parts together 1.15 times. How many times as fast is the "
        "pointwise part there?",
        hint="what do the two parts together take afterwards, and the depthwise part of it?",
        judge=Number(
            2300 / (2600 / 1.15 - 150),
            {
                1.15: "that is the gain of both together",
                2600 / 2450: "that is what both gain if the pointwise part stays as it is",
                1.15 * 2450 / 2600: "gains of shares do not divide: go by microseconds",
                2600 * 1.15 - 150: "1.15 times as fast is a shorter time",
                2300 / (2600 / 1.15): "the depthwise part still takes its 150 µs",
            },
            tolerance=1e-3,
        ),
        remark="The depthwise part alone would give 1.06. Eight percent of the larger part are "
        "worth more than half of the smaller.",
    ),
)
