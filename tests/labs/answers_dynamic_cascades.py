"""Right and wrong answers to the exercises of dynamic/cascades, each wrong one with its advice."""


def _depth(scores, thresholds):
    for passed, (score, threshold) in enumerate(zip(scores, thresholds, strict=True)):
        if score < threshold:
            return passed
    return len(scores)


SOLUTIONS = {
    1: 10 + 0.2 * 100 + 0.2 * 0.1 * 5000,
    2: 90 / (90 + 99.99),
    3: _depth,
    4: 1700 / (404 + 0.02 * 1700),
}
WRONG = {
    1: [
        (5110, "every stage for every window"),
        (530, "passed both others"),
        (4, "its own cost"),
        (610, "not see every window"),
        (30, "reach the third"),
        (1e4, "too large"),
    ],
    2: [
        (0.99989, "objects are rare"),
        (0.9, "the recall"),
        (0.500025, "not found"),
        (0.1, "too small"),
    ],
    3: [
        (lambda scores, thresholds: sum(map(float.__ge__, scores, thresholds)), "never asked"),
        (lambda scores, thresholds: len(scores), "first stage rejects"),
        (
            lambda scores, thresholds: _depth([s - 1e-9 for s in scores], thresholds),
            "equal to the threshold",
        ),
        (lambda scores: 0, "raise TypeError"),
        (2, "is a function"),
    ],
    4: [
        (1700 / 404, "still need the rest"),
        (50, "not free"),
        (0.2576, "which is left"),
        (0.995, "stands first"),
    ],
}
