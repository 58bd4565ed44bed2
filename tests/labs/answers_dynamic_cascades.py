"""Right and wrong answers to the exercises of dynamic/cascades, each wrong one with its advice."""


def _depth(scores, thresholds):
    for passed, (score, threshold) in enumerate(zip(scores, thresholds, strict=True)):
        if score < threshold:
            return passed
    return len(scores)


def _thresholds(goal, scores):
    each, faces, found = goal ** (1 / len(scores)), range(len(scores[0])), []
    for stage in scores:
        ranked = sorted(faces, key=stage.__getitem__, reverse=True)
        faces = ranked[: max(1, round(each * len(ranked)))]
        found.append(stage[faces[-1]])
    return found


def _thresholds_on_all(goal, scores):
    return [t for stage in scores for t in _thresholds(goal ** (1 / len(scores)), [stage])]


SOLUTIONS = {
    1: 90 / (90 + 99.99),
    2: _thresholds,
    3: _depth,
    4: 10 + 0.2 * 100 + 0.2 * 0.1 * 5000,
    5: (1600 + 0.011 * (400_000 + 0.75 * 2_000_000)) / (1600 + 0.01 * 2_000_000),
}
WRONG = {
    1: [
        (0.99989, "objects are rare"),
        (0.9, "the recall"),
        (0.500025, "not found"),
        (0.1, "too small"),
    ],
    2: [
        (lambda goal, scores: _thresholds(goal ** len(scores), scores), "each may lose half"),
        (_thresholds_on_all, "sees what passes the first"),
        (lambda goal, scores: [max(stage) for stage in scores], "goal to itself"),
        (lambda goal, scores: _thresholds(goal, scores)[:2], "passes both others"),
        (lambda goal, scores: 5, "TypeError"),
        (0.99, "is a function"),
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
        (5110, "every stage for every window"),
        (530, "passed both others"),
        (4, "its own cost"),
        (610, "not see every window"),
        (30, "reach the third"),
        (1e4, "too large"),
    ],
    5: [
        (20_600 / 21_600, "lets more pass"),
        (18_100 / 21_600, "not free"),
        (418_100 / 21_600, "does not see them all"),
        (28_000 / 21_600, "a quarter"),
        (1.045, "as well"),
        (0.96, "without it over"),
        (2, "too large"),
    ],
}
