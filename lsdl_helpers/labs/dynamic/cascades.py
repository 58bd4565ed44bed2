"""Exercises of the chapter dynamic/cascades."""

from operator import ge, gt

from lsdl_helpers.labs.checks import Cases, Exercise, Function, Number

_COST = 10 + 0.2 * 100 + 0.2 * 0.1 * 5000
_PRECISION = 1e-4 * 0.9 / (1e-4 * 0.9 + (1 - 1e-4) * 1e-4)
_BEFORE = 1600 + 0.01 * 2_000_000
_AFTER = 1600 + 0.011 * (400_000 + 0.75 * 2_000_000)

# scores of one window, thresholds, stages that it passes, and what a wrong answer overlooks
_WINDOWS = (
    (([2.0, 2.0], [1.0, 1.0]), 2, "it reaches both thresholds"),
    (([0.0, 2.0], [1.0, 1.0]), 0, "the first stage rejects it, the second is never asked"),
    (([2.0, 0.0, 2.0], [1.0, 1.0, 1.0]), 1, "after a rejection no stage is asked"),
    (([1.0, 3.0], [1.0, 4.0]), 1, "a score equal to the threshold passes"),
    (([-3.0], [-2.0]), 0, "thresholds may be negative"),
)

# goal, scores of the same faces by each stage, right thresholds, what a wrong answer overlooks
_RISING = [1, 2, 3, 4, 5, 6, 7, 8]
_FALLING = [8, 7, 6, 5, 4, 3, 2, 1]
_MIXED = [1, 8, 2, 7, 3, 6, 4, 5]
_HELD_OUT = (
    ((0.5, [[3, 1, 2, 4]]), [3], "one stage has the goal to itself"),
    ((0.25, [_RISING, _MIXED]), [5, 5], "of two stages each may lose half: 8, 4, 2 are left"),
    ((0.25, [_RISING, _FALLING]), [5, 3], "the second stage sees what passes the first"),
    ((0.125, [_RISING, _FALLING, _RISING]), [5, 3, 6], "the third sees what passes both others"),
)


def _on_all(share: float, scores: list[list[int]]) -> list[int]:
    """Let each stage pass the same share of all faces, as if it stood alone."""
    return [sorted(stage)[-round(share * len(stage))] for stage in scores]


EXERCISES = (
    Exercise(
        title="A rarer object",
        question="One window in 10,000 shows the object. A detector finds 90 % of them and "
        "accepts one in 10,000 of the other windows. What is its precision?",
        hint="take a million windows: how many objects are found, how many alarms are false?",
        judge=Number(
            _PRECISION,
            {
                0.9 / (0.9 + 1e-4): "objects are rare: 9,999 windows of 10,000 show none",
                0.9: "that is the recall",
                1e-4 / (1e-4 + (1 - 1e-4) * 1e-4): "a tenth of the objects is not found",
            },
            tolerance=1e-3,
        ),
        remark="Of a million windows 90 are found, and 100 others are accepted.",
    ),
    Exercise(
        title="Thresholds for a goal",
        question="Write a function that takes a goal for the recall and a list with one list of "
        "scores a stage, all of the same held-out faces in the same order. It returns the "
        "thresholds, a list with one a stage: every stage lets the same share pass of the faces "
        "that reach it, and all stages together the goal. Each threshold is the lowest score "
        "that still passes.",
        hint="which share must each stage let pass, and of which faces?",
        judge=Function("goal and scores", Cases(_HELD_OUT)),
        remark="Each threshold depends on those before it: set them in order.",
        wrong=(
            (lambda goal, scores: [max(stage) for stage in scores], "goal to itself"),
            (_on_all, "each may lose half"),
            (
                lambda goal, scores: _on_all(goal ** (1 / len(scores)), scores),
                "sees what passes the first",
            ),
        ),
    ),
    Exercise(
        title="Where it stops",
        question="Write a function that takes the scores that all stages give to one window, "
        "and their thresholds, two lists of the same length, and returns how many stages the "
        "window passes.",
        hint="go through both together, and stop at the first score below its threshold",
        judge=Function("scores and thresholds", Cases(_WINDOWS)),
        remark="What matters is where it stops, not how many thresholds it could reach.",
        wrong=(
            (lambda scores, thresholds: sum(map(ge, scores, thresholds)), "never asked"),
            (lambda scores, thresholds: len(scores), "first stage rejects"),
            (
                lambda scores, thresholds: [*map(gt, scores, thresholds), False].index(False),
                "equal to the threshold",
            ),
        ),
    ),
    Exercise(
        title="Three stages",
        question="Three stages cost 10, 100 and 5,000 multiply-adds. The first passes 20 % of "
        "all windows, the second 10 % of those that reach it, the third hardly any. What does a "
        "window cost on average?",
        hint="which share of the windows reaches the second stage, and which the third?",
        judge=Number(
            _COST,
            {
                5110.0: "that is every stage for every window",
                10 + 0.2 * 100 + 0.1 * 5000: "the third stage sees what passed both others",
                0.2 * 10 + 0.02 * 100: "a stage's own pass rate does not change its own cost",
                10 + 100 + 0.1 * 5000: "the second stage does not see every window",
                30.0: "some windows reach the third stage",
            },
            tolerance=1e-6,
        ),
        remark="10 + 20 + 100: the rare windows that reach the last stage cost most.",
    ),
    Exercise(
        title="Does another stage pay?",
        question="A first stage of 1,600 multiply-adds passes 1 % of all windows to a large "
        "network of 2,000,000. A stage of 400,000 between the two would pass 75 % of what "
        "reaches it. To keep the recall of the whole, the threshold of the first stage has to "
        "fall: it then passes 1.1 %. What is the work with the new stage, divided by the work "
        "without it?",
        hint="what does a window cost that passes the first stage, with the new stage and without?",
        judge=Number(
            _AFTER / _BEFORE,
            {
                (1600 + 0.01 * 1_900_000) / _BEFORE: "the first stage lets more pass than before",
                (1600 + 0.011 * 0.75 * 2_000_000) / _BEFORE: "the new stage is not free",
                (1600 + 400_000 + 0.011 * 1_500_000) / _BEFORE: "the new one does not see them all",
                (1600 + 0.011 * 2_400_000) / _BEFORE: "the large one is spared a quarter",
                0.011 * 1_900_000 / 20_000: "every window pays for the first stage as well",
                _BEFORE / _AFTER: "that is the work without it over the work with it",
            },
            tolerance=2e-3,
        ),
        remark="It does not pay: a window that reaches it costs less than before, but the first "
        "stage, which may lose fewer objects now, lets more windows pass.",
    ),
)
