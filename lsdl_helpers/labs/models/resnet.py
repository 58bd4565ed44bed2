"""Exercises of the chapter models/resnet."""

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

_BASIC, _BOTTLENECK = 2 * 9 * 256**2, (256 * 64) + (9 * 64**2) + (64 * 256)
_ADDED = 3 * 256 * 128 * (56**2 - 28**2)


def _share(n: int, k: int) -> float:
    inside = sum(0 <= i + tap - k // 2 < n for i in range(n) for tap in range(k))
    return (inside / (n * k)) ** 2


# (n, k), and what a wrong answer overlooks
_MAPS = (
    ((2, 3), "on a 2x2 map each position sees 2 of 3 rows, and 2 of 3 columns"),
    ((8, 3), "at each end of a row one tap in three is outside"),
    ((8, 5), "with k = 5 two taps are outside at the end, and one beside it"),
    ((5, 1), "a filter of one pixel never leaves the map"),
    ((1, 3), "on a single pixel one of nine taps is left"),
    ((2, 7), "the map is smaller than the filter: a position sees all n rows, and no more"),
)
_CASES = tuple(((n, k), _share(n, k), advice) for (n, k), advice in _MAPS)

EXERCISES = (
    Exercise(
        title="What a bottleneck saves",
        question="A block takes 256 channels to 256. Built of two 3×3 convolutions it has how "
        "many times the weights of a bottleneck (1×1 to 64, 3×3, 1×1 back to 256)? Leave biases "
        "and normalization out.",
        hint="the bottleneck has 17 times the square of its narrow width; why?",
        judge=Number(
            _BASIC / _BOTTLENECK,
            {
                _BOTTLENECK / _BASIC: "that is the bottleneck over the other",
                _BASIC / 2 / _BOTTLENECK: "the other block has two convolutions",
                18 / 17: "the bottleneck's convolutions work on 64 channels, not on 256",
                _BASIC / (2 * 9 * 64**2): "of the bottleneck only the middle one is 3x3",
                32: "the 3x3 in the middle counts too: 9 times 64 times 64",
            },
            tolerance=2e-3,
        ),
        remark="17 C² against 18 (4C)²: depth for a seventeenth of the weights.",
    ),
    Exercise(
        title="The same change at 152 layers",
        question="By how many multiply-adds do the two forms of ResNet-152, v1 and v1.5, differ "
        "for a picture of 224×224? Predict before you count.",
        hint="which blocks of ResNet-152 differ between the two forms, and how many are they?",
        judge=Number(
            _ADDED,
            {
                _ADDED // 3: "three stages begin with a block that halves",
                _ADDED // 3 * 4: "the first stage does not halve: the pooling before it did",
                _ADDED * 50 // 16: "only the first block of a stage halves, however many follow",
                2 * _ADDED: "a multiply-add is counted once",
            },
        ),
        remark="The same as for ResNet-50: the blocks that were added do not halve anything.",
    ),
    Exercise(
        title="Larger filters at the edge",
        question=r"Write a function `share(n, k)`: of the $k \times k$ taps of a filter ($k$ "
        r"odd), padded with zeros so that the map keeps its $n \times n$ positions, the share "
        "that meets the map, over all positions. `share(2, 3)` is 4/9. It has to hold for maps "
        "smaller than the filter as well.",
        hint="count one row first: for each of n positions, how many of k taps are inside?",
        judge=Function("n and k", Cases(_CASES)),
        remark="Large filters on small maps see mostly zeros; no rule of initialization knows.",
        wrong=(
            (lambda n, k: (3 * n - 2) / (3 * n), "2 of 3 columns"),
            (lambda n, k: ((3 * n - 2) / (3 * n)) ** 2, "with k = 5"),
            (lambda n, k: (1 - (k * k // 4) / (n * k)) ** 2, "smaller than the filter"),
        ),
    ),
)
