"""Exercises of the chapter dynamic/cascades."""

from lsdl_helpers.labs.checks import Exercise, function, number

_COST = 10 + 0.2 * 100 + 0.2 * 0.1 * 5000
_PRECISION = 1e-4 * 0.9 / (1e-4 * 0.9 + (1 - 1e-4) * 1e-4)
_FACTOR = 1700 / (404 + 0.02 * 1700)

# scores of one window, thresholds, stages that it passes, and what a wrong answer overlooks
_WINDOWS = (
    (([2.0, 2.0], [1.0, 1.0]), 2, "it reaches both thresholds"),
    (([0.0, 2.0], [1.0, 1.0]), 0, "the first stage rejects it, the second is never asked"),
    (([2.0, 0.0, 2.0], [1.0, 1.0, 1.0]), 1, "after a rejection no stage is asked"),
    (([1.0, 3.0], [1.0, 4.0]), 1, "a score equal to the threshold passes"),
    (([-3.0], [-2.0]), 0, "thresholds may be negative"),
)

EXERCISES = (
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
        asks="the factor by which the work falls",
        hint="all windows pay 404; which share pays the 1,700 as well?",
        judge=number(
            _FACTOR,
            {
                1700 / 404: "the windows that pass still need the rest",
                1700 / (0.02 * 1700): "the new stage is not free",
                1700 / (0.02 * 404 + 1700): "the new stage stands first: all windows pay for it",
                1 / _FACTOR: "that is the share which is left; asked is the factor",
            },
            tolerance=2e-3,
        ),
        right="About 1700 / 438. Whether time falls as much is for the clock to say.",
    ),
)
