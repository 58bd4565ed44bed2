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
        title="How many filters for each channel?",
        question="With a depth multiplier of m, the depthwise part has m filters for each "
        "channel, and the pointwise part mixes all their maps. They are to equal any standard 3×3 "
        "convolution from 64 to 128 channels. What is the smallest m?",
        hint="the rank of which matrix does the multiplier bound?",
        judge=Number(
            9,
            {
                1: "one filter for each channel gives rank 1",
                128: "no 3×3 filter is independent of nine others",
                64: "each channel has filters of its own; how many are independent?",
                3: "the filters need not be products of a row and a column: they have 9 weights",
                8: "the ninth pixel counts, too",
            },
        ),
        remark="Nine filters span all 3×3 filters. Then nothing is saved: the pointwise part alone "
        "does all the work of the standard convolution.",
    ),
    Exercise(
        title="A larger filter, for nearly nothing",
        question="A depthwise convolution takes 371 µs with 3×3 filters and 435 µs with 5×5, "
        "little more for 2.8 times the work. Suppose a part of the time does not depend on the "
        "filter, and the rest is proportional to its weights. Which share of the 371 µs is the "
        "first part?",
        hint="two equations: one for 9 weights, one for 25",
        judge=Number(
            335 / 371,
            {
                36 / 371: "that is the share which grows with the filter",
                335: "the share is asked, not the microseconds",
                335 / 435: "the share of the time of the 3×3 is asked",
                9 / 25: "times decide, not weights alone",
                64 / 371: "those 64 µs are for 16 further weights; how many µs is one?",
            },
            tolerance=3e-3,
        ),
        remark="Nine tenths are passes and the call. Where that holds, larger depthwise filters "
        "are nearly free.",
    ),
    Exercise(
        title="A deeper Xception",
        question="Sixteen middle modules, of three separable convolutions each, take the place of "
        "Xception's eight. How deep is the network by the rule of Keras's table?",
        hint="what comes with each separable convolution, and does a middle module have a 1×1 in "
        "its shortcut?",
        judge=Number(
            81 + 2 * 24,
            {
                81 + 24: "each separable convolution has a normalization after it",
                71 + 2 * 24: "that is the rule of the longest path",
                36 + 24: "that is the rule of the paper",
                81 + 2 * 24 + 16: "no shape changes in a middle module, so its shortcut is bare",
                81 + 3 * 24: "in Keras a separable convolution is one layer",
                2 * 81: "only the middle modules double",
            },
        ),
        remark="By the paper's rule it would be 60 layers deep, by the longest path 119.",
    ),
)
