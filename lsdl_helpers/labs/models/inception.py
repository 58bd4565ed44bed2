"""Exercises of the chapter models/inception."""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

EXERCISES = (
    Exercise(
        title="Branches that do not fit",
        question="A colleague builds module 3a, and `torch.cat` complains: `Expected size 28 but "
        "got size 10 for tensor number 3 in the list`. Write a function that takes the side of "
        "the input and the branches, lists of layers `(kernel, stride, padding)`, and returns "
        "the numbers of the branches that do not fit branch 0.",
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
        question="On one machine a convolution takes 0.1 ms, and 1 ms for each 90 million "
        "multiply-adds. A 3×3 layer leads from 192 to 128 channels, on maps of 7×7. Up to which "
        "`r` does a reduction to `r` channels before it save time?",
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
        title="Are the heads to blame?",
        question="A training without heads ends at a loss of 2.10, one with heads at 2.40: they "
        "do harm, says a colleague. The printed loss is the one that is minimized. The two "
        "heads' own losses are 1.50 and 1.70, their weight is 0.3. By how much is the loss of "
        "what remains at inference lower with heads?",
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
        question="The paper expects features of higher layers to be less concentrated in space, "
        "so that the share of 3×3 and 5×5 filters should grow. By how many percentage points is "
        "their share of a module's output channels higher in 5b than in 3a?",
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
