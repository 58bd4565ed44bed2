"""Exercises of the chapter dynamic/cascades."""

from lsdl_helpers.labs.checks import Exercise, function, number

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

EXERCISES = (
    Exercise(
        asks="the precision",
        hint="take a million windows: how many objects are found, how many alarms are false?",
        judge=number(
            _PRECISION,
            {
                0.9 / (0.9 + 1e-4): "objects are rare: 9,999 windows of 10,000 show none",
                1 - 1e-4: "that is the share of the other windows that is rejected",
                0.9: "that is the recall",
                1e-4 / (1e-4 + (1 - 1e-4) * 1e-4): "a tenth of the objects is not found",
            },
            tolerance=1e-3,
        ),
        right="Of a million windows 90 are found, and 100 others are accepted.",
    ),
    Exercise(
        asks="a function: goal, scores -> list of thresholds, one a stage",
        hint="which share must each stage let pass, and of which faces?",
        judge=function(
            "goal and scores",
            _HELD_OUT,
            raised="goal {}, scores {} raise {error!r}",
            wrong="goal {}, scores {} give {found!r} instead of {right}; {advice}",
            result=lambda found: list(map(float, found)),
        ),
        right="Each threshold depends on those before it: set them in order.",
    ),
    Exercise(
        asks="a function: scores, thresholds -> number of stages that the window passes",
        hint="go through both together, and stop at the first score below its threshold",
        judge=function(
            "scores and thresholds",
            _WINDOWS,
            raised="scores {}, thresholds {} raise {error!r}",
            wrong="scores {}, thresholds {} give {found!r} instead of {right}; {advice}",
            same=lambda found, right: not isinstance(found, bool) and found == right,
        ),
        right="What matters is where it stops, not how many thresholds it could reach.",
    ),
    Exercise(
        asks="the mean multiply-adds of a window",
        hint="which share of the windows reaches the second stage, and which the third?",
        judge=number(
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
        right="10 + 20 + 100: the rare windows that reach the last stage cost most.",
    ),
    Exercise(
        asks="the work with the new stage over the work without it",
        hint="what does a window cost that passes the first stage, with the new stage and without?",
        judge=number(
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
        right="It does not pay: a window that reaches it costs less than before, but the first "
        "stage, which may lose fewer objects now, lets more windows pass.",
    ),
)
