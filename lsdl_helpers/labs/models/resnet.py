"""Exercises of the chapter models/resnet."""

import math

from lsdl_helpers.labs.checks import Exercise, function, number

_BASIC, _BOTTLENECK = 2 * 9 * 256**2, (256 * 64) + (9 * 64**2) + (64 * 256)
_ADDED = 3 * 256 * 128 * (56**2 - 28**2)


def _share(n: int, k: int) -> float:
    inside = sum(0 <= i + tap - k // 2 < n for i in range(n) for tap in range(k))
    return (inside / (n * k)) ** 2


def _is_close(found: object, right: float) -> bool:
    return isinstance(found, int | float) and math.isclose(found, right)


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
        asks="the weights of two 3x3 convolutions divided by those of the bottleneck",
        hint="the bottleneck has 17 times the square of its narrow width; why?",
        judge=number(
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
        right="17 C² against 18 (4C)²: depth for a seventeenth of the weights.",
    ),
    Exercise(
        asks="the difference in multiply-adds, in full",
        hint="which blocks of ResNet-152 differ between the two forms, and how many are they?",
        judge=number(
            _ADDED,
            {
                _ADDED // 3: "three stages begin with a block that halves",
                _ADDED // 3 * 4: "the first stage does not halve: the pooling before it did",
                _ADDED * 50 // 16: "only the first block of a stage halves, however many follow",
                2 * _ADDED: "a multiply-add is counted once",
            },
        ),
        right="The same as for ResNet-50: the blocks that were added do not halve anything.",
    ),
    Exercise(
        asks="a function share(n, k)",
        hint="count one row first: for each of n positions, how many of k taps are inside?",
        judge=function(
            "n and k",
            _CASES,
            raised="share({}, {}) raises {error!r}",
            wrong="share({}, {}) gives {found!r} instead of {right:.4f}; {advice}",
            same=_is_close,
        ),
        right="Large filters on small maps see mostly zeros; no rule of initialization knows.",
    ),
)
