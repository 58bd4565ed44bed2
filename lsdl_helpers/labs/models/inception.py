"""Exercises of the chapter models/inception."""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

EXERCISES = (
    Exercise(
        title="Branches that do not fit",
        question="A colleague builds module 3a and gets `Sizes of tensors must match except in "
        "dimension 1. Expected size 28 but got size 10 for tensor number 3 in the list`. Write a "
        "function that takes the side of the input and the branches, each a list of layers "
        "`(kernel, stride, padding)`, and returns the numbers of the branches that cannot be "
        "concatenated with branch 0.",
        hint="a layer makes of side n the side (n + 2 padding - kernel) // stride + 1; what is "
        "the default stride of a pooling?",
        judge=Function(
            "side and branches",
            Cases(
                [
                    (
                        (
                            28,
                            [
                                [(1, 1, 0)],
                                [(1, 1, 0), (3, 1, 1)],
                                [(1, 1, 0), (5, 1, 2)],
                                [(3, 3, 1), (1, 1, 0)],
                            ],
                        ),
                        [3],
                        "nn.MaxPool2d(3, padding=1) has stride 3, the size of its kernel",
                    ),
                    (
                        (28, [[(1, 1, 0)], [(1, 1, 0), (3, 1, 0)], [(5, 1, 2)], [(3, 1, 1)]]),
                        [1],
                        "a 3x3 without padding loses a pixel at each border",
                    ),
                    (
                        (28, [[(3, 2, 1)], [(1, 1, 0), (3, 2, 1)], [(3, 2, 1)], [(2, 2, 0)]]),
                        [],
                        "branches that all halve fit together; compare with branch 0, not with "
                        "the input",
                    ),
                    (
                        (28, [[(1, 1, 0)], [(7, 1, 3), (5, 1, 1)], [(3, 1, 0), (3, 1, 2)]]),
                        [1],
                        "the layers of a branch follow one another; only the last side counts",
                    ),
                ]
            ),
        ),
        remark="The error names the first misfit only, and counts branches from 0: here it is the "
        "pooling, whose stride is its kernel unless one says stride=1.",
        wrong=(
            (lambda side, branches: [], "nn.MaxPool2d(3, padding=1) has stride 3"),
            (
                lambda side, branches: [
                    k for k, branch in enumerate(branches) if any(s > 1 for _, s, _ in branch)
                ],
                "a 3x3 without padding loses a pixel",
            ),
            (lambda side, branches: _misfits(side, side, branches), "branches that all halve"),
            (
                lambda side, branches: _misfits(side, side, [branch[-1:] for branch in branches]),
                "nn.MaxPool2d(3, padding=1) has stride 3",
            ),
        ),
    ),
    Exercise(
        title="Where a reduction loses",
        question="On one machine a convolution takes 0.1 ms and besides does 90 million "
        "multiply-adds a millisecond. A layer of 3×3 filters leads from 192 to 128 channels, on "
        "maps of 7×7. Up to how many channels `r` may a 1×1 reduce its input, if the two layers "
        "together are to take less time than the 3×3 alone?",
        hint="the second layer costs another 0.1 ms: how many multiply-adds must be saved?",
        judge=Number(
            27,
            {
                164: "that saves work; the 1×1 also costs another 0.1 ms",
                165: "at 165 it does more work than the 3×3 alone; and it costs another 0.1 ms",
                28: "28 channels save 8.99 million multiply-adds; 0.1 ms are worth 9 million",
                156: "the maps are 7×7, not 28×28",
            },
            tolerance=1e-9,
        ),
        remark="On 28×28 it could be 156, nearly all of the 164 that save work: where maps are "
        "small, the price of a layer decides.",
    ),
    Exercise(
        title="How much of the miss is the pooling's",
        question="On another machine, in planes, a naive module takes 20 ms and the reduced one 14 "
        "ms; work promises a ratio of 2.5. The pooling takes 6 ms in both. By work alone the "
        "reduced module would take 8 ms. Of the 6 ms that it takes longer, how many does the "
        "pooling account for?",
        hint="what would the reduced module take if all but the pooling went by work?",
        judge=Number(
            3.6,
            {
                6: "by work alone the naive module's 6 ms of pooling were divided by 2.5 as well",
                2.4: "that is what work leaves of the pooling; by how much does 6 ms exceed it?",
                11.6: "that is the reduced module's time with the pooling's own; and beyond 8 ms?",
                0.6: "a share of the 6 ms, where the milliseconds are asked for",
            },
            tolerance=1e-6,
        ),
        remark="The other 2.4 ms need another cause: the pooling explains 60 % of the miss.",
    ),
    Exercise(
        title="Are the heads to blame?",
        question="Two runs, which differ in the auxiliary heads alone, print after their last "
        "step: loss 2.10 without heads, 2.40 with. A colleague concludes that the heads do harm. "
        "The printed loss is the one that is minimized; the two heads' own losses are 1.50 and "
        "1.70, each with the weight 0.3. By how much is the loss of the output that remains at "
        "inference lower with heads than without?",
        hint="which terms of the printed loss are gone at inference?",
        judge=Number(
            0.66,
            {
                -0.30: "the 2.40 contain 0.3 times the loss of each head",
                0.30: "the 2.40 contain 0.3 times the loss of each head",
                1.44: "that is the output's loss with heads; compare it with 2.10",
                0.18: "both heads count: 0.3 · 1.50 and 0.3 · 1.70",
                2.90: "each head counts 0.3 times",
                -0.66: "lower means a positive difference",
            },
            tolerance=1e-6,
        ),
        remark="And one pair of runs decides nothing, whatever its sign.",
    ),
    Exercise(
        title="Does the table do what the text says?",
        question="The paper expects features of higher layers to be less concentrated in space, so "
        "that the share of 3×3 and 5×5 filters should grow with depth. By how many percentage "
        "points is this share of a module's output channels higher in 5b than in 3a?",
        hint="of the 256 outputs of 3a, 128 and 32 come from filters of 3×3 and 5×5",
        judge=Number(
            -12.5,
            {
                12.5: "and in which direction?",
                0: "5×5 alone keeps its share of 12.5 %; 3×3 counts, too",
                352: "that is the number of filters; a share of all outputs is asked for",
                -20: "that is relative to 62.5 %; percentage points are asked for",
                -0.125: "in percentage points",
            },
            tolerance=1e-6,
        ),
        remark="It rises from 50 % in 4a to 67 % in 4d and then falls: the widths of Table 1 do "
        "not follow the argument.",
    ),
)


def _misfits(expected: int, side: int, branches: list) -> list[int]:
    """Return the branches whose last side is another than expected."""
    ends = []
    for branch in branches:
        end = side
        for kernel, stride, padding in branch:
            end = (end + 2 * padding - kernel) // stride + 1
        ends.append(end)
    return [k for k, end in enumerate(ends) if end != expected]
